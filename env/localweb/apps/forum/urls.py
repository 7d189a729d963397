"""The forum's addresses are Spirit's."""

import spirit.urls
from django.urls import include, path

urlpatterns = [path("", include(spirit.urls))]

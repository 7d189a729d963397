"""Pictures served as they are: a thumbnail would be a file and a row written by reading a page."""

from oscar.core.thumbnails import AbstractThumbnailer


class AsTheyAre(AbstractThumbnailer):
    """Gives the original."""

    def generate_thumbnail(self, source, **opts):
        """Return the picture itself."""
        return source

    def delete_thumbnails(self, source):
        """Nothing to do: there are none."""

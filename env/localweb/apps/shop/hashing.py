"""Passwords hashed in a millisecond."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """Django's own, with few rounds: what it guards is printed in the documentation."""

    algorithm = "pbkdf2_sha256"
    iterations = 1000

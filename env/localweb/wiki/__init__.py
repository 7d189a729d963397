"""The encyclopedia: kiwix-serve, with articles of ours."""

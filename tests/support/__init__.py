"""Help that the tests share: real databases, paths of test material."""

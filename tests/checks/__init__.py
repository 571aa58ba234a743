"""What a machine can prove of the sources, each by one check that says what it proved."""

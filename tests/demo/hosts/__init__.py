"""Settings modules of projects that have some of the apps only."""

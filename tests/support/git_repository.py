"""A git repository for a test, so that none is needed around the sources: they may come as an archive."""

import os
import subprocess


def make_repository(folder):
    """Commits all that lies in the folder, in a new repository there."""
    # Neither a repository that git was told of, as in a hook, nor the user's settings.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for words in (("init", "--quiet"), ("add", "--all"),
                  ("-c", "user.name=test", "-c", "user.email=test@example.org", "commit", "--quiet",
                   "--message", "All")):
        subprocess.run(["git", "-C", folder, *words], check=True, env=environment)

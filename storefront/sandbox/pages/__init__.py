"""Pages of the sandbox: templates with named holes, every text escaped on the way in."""

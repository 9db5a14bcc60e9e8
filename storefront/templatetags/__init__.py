"""Template tags and filters of the site: money, dates, icons, pages."""

"""The anywidget: its protocol with the page, its views, its form and library. Imports `commands` and below."""

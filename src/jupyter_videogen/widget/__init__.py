"""The anywidget: its protocol with the page, its views, its form and history. Imports `commands` and below."""

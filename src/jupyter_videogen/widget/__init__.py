"""The anywidget: its protocol with the page, its views, form and history. Imports `commands` and below."""

"""Tools for agents: plain functions that a host of the Model Context Protocol calls. Imports `api` and below."""

TOOLS = [
    f"jupyter_videogen.agents.tools:{name}"
    for name in (
        "estimate_video",
        "start_video",
        "video_status",
        "wait_for_video",
        "list_videos",
        "cancel_video",
        "describe_models",
        "show_video",
    )
]
"""The functions as jupyter-server-mcp reads them from the entry point group `jupyter_server_mcp.tools`.

See "Automatic Discovery via Entrypoints", https://pypi.org/project/jupyter-server-mcp/0.4.1/.
"""

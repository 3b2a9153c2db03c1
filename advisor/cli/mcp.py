"""``advisor mcp``: a Model Context Protocol server over standard input and output."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from advisor import __version__
from advisor.cli.flags import Rules, rule_base_with, user_path
from advisor.errors import AdvisorError, InputError

if TYPE_CHECKING:
    from mcp.server import Server

    from advisor.cli.mcp_tools import AssistantTool


def mcp(
    root: Annotated[
        str,
        typer.Option(
            "--root",
            parser=user_path,
            metavar="FOLDER",
            help="The only folder below which a project may be written.",
        ),
    ] = ".",
    rules: Rules = None,
) -> None:
    """Serve the advisor's tools to an assistant over standard input and output, until the input ends."""
    try:
        import anyio
        from mcp.server.stdio import stdio_server
    except ImportError:
        raise InputError(
            "The package 'mcp' is missing. Install it with: pip install 'lambda-flow-advisor[mcp]'"
        ) from None
    folder = Path(root).resolve()
    if not folder.is_dir():
        raise InputError(f"--root {root}: there is no such folder.")
    from advisor.cli.mcp_tools import tools

    server = server_for({tool.name: tool for tool in tools(rule_base_with(rules), folder)})

    async def serve() -> None:
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())

    anyio.run(serve)


def server_for(by_name: Mapping[str, AssistantTool]) -> Server[dict[str, object]]:
    """Return a server that offers the tools ``by_name``; a refusal is a result with ``is_error``."""
    import anyio.to_thread
    from mcp import types
    from mcp.server import Server, ServerRequestContext

    offered = [
        types.Tool(
            name=tool.name,
            description=tool.description,
            input_schema=dict(tool.schema),
            annotations=types.ToolAnnotations(
                read_only_hint=not tool.writes, destructive_hint=False, open_world_hint=False
            ),
        )
        for tool in by_name.values()
    ]

    async def list_tools(
        context: ServerRequestContext[dict[str, object]], params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=offered)

    async def call_tool(
        context: ServerRequestContext[dict[str, object]], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        tool = by_name.get(params.name)
        if tool is None:
            return _result(
                f"There is no tool '{params.name[:40]}'. There are: {', '.join(by_name)}.", wrong=True
            )
        try:
            text = await anyio.to_thread.run_sync(tool.call, params.arguments or {})
        except AdvisorError as error:
            return _result(str(error), wrong=True)
        return _result(text)

    def _result(text: str, *, wrong: bool = False) -> types.CallToolResult:
        return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=wrong)

    return Server(
        "advisor",
        version=__version__,
        instructions=(
            "Read the workload, fill the answers (leave out what is not known), and call recommend. "
            "The rules decide, the same way every time; quote the reasons with their sources."
        ),
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )

"""Where a small mistake can be made in a module, and the module with one made."""

import ast
from collections.abc import Callable
from dataclasses import dataclass

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """One place: the line, what stands there, and what kind of mistake is made of it."""

    line: int
    kind: str
    source: str


def mistakes(source: str) -> list[Mistake]:
    """Every mistake that can be made in a module, in the order of its places."""
    tree = ast.parse(source)
    return [Mistake(node.lineno, kind, ast.unparse(node)) for node, kind, _ in _places(tree)]


def with_mistake(source: str, number: int) -> str:
    """The module with the mistake of this number made."""
    tree = ast.parse(source)
    node, _, spoil = _places(tree)[number]
    spoil(node)
    return ast.unparse(ast.fix_missing_locations(tree))


def _places(tree: ast.AST) -> list[tuple[ast.expr | ast.stmt, str, Callable[..., None]]]:
    decorators = _decorators(tree)
    nodes = (n for n in ast.walk(tree) if isinstance(n, ast.expr | ast.stmt) and n not in decorators)
    return [(node, kind, spoil) for node in nodes for fits, kind, spoil in _KINDS if fits(node)]


def _decorators(tree: ast.AST) -> set[ast.AST]:
    owners = (n for n in ast.walk(tree) if isinstance(n, ast.ClassDef | ast.FunctionDef))
    return {inner for n in owners for d in n.decorator_list for inner in ast.walk(d)}


def _compare(node: ast.Compare) -> None:
    node.ops[0] = _COMPARED[type(node.ops[0])]()


def _join(node: ast.BoolOp) -> None:
    node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()


def _count(node: ast.BinOp) -> None:
    node.op = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()


def _turn(node: ast.If | ast.IfExp) -> None:
    node.test = ast.UnaryOp(ast.Not(), node.test)


def _keep(node: ast.UnaryOp) -> None:
    node.operand = ast.UnaryOp(ast.Not(), node.operand)


def _next_value(node: ast.Constant) -> None:
    node.value = not node.value if isinstance(node.value, bool) else int(str(node.value)) + 1


def _nothing(node: ast.Return) -> None:
    node.value = ast.Constant(None)


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


_KINDS: tuple[tuple[Callable[[ast.AST], bool], str, Callable[..., None]], ...] = (
    (
        lambda n: isinstance(n, ast.Compare) and type(n.ops[0]) in _COMPARED,
        "the edge or its opposite",
        _compare,
    ),
    (lambda n: isinstance(n, ast.BoolOp), "and for or, or for and", _join),
    (lambda n: isinstance(n, ast.BinOp) and isinstance(n.op, ast.Add | ast.Sub), "plus for minus", _count),
    (lambda n: isinstance(n, ast.If | ast.IfExp), "the other branch", _turn),
    (lambda n: isinstance(n, ast.UnaryOp) and isinstance(n.op, ast.Not), "without the not", _keep),
    (lambda n: isinstance(n, ast.Constant) and type(n.value) in (int, bool), "another value", _next_value),
    (
        lambda n: isinstance(n, ast.Return) and n.value is not None and not _is_none(n.value),
        "gives nothing",
        _nothing,
    ),
)

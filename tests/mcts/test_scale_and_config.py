from __future__ import annotations

import ast
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

import mcts
from mcts.scale import score, total
from mcts.searchers import TABLES, greedy, override, paper, webpilot
from mcts.select import uct
from webpilot.errors import ConfigError
from webpilot.types import Appraisal


def appraisal(effectiveness, promise):
    return Appraisal(effectiveness=effectiveness, future_promise=promise)


def test_the_paper_keeps_the_weighted_sum_on_its_own_scale():
    assert score(appraisal(8.0, 9.0), 4, paper()) == 8.5


def test_webpilot_maps_to_one_and_takes_a_step_cost():
    config = override(webpilot(), step_cost=0.02)
    assert score(appraisal(10.0, 10.0), 0, config) == 1.0
    assert score(appraisal(10.0, 10.0), 5, config) == pytest.approx(0.9)
    assert score(appraisal(0.0, 0.0), 5, config) == 0.0


def test_calibration_corrects_a_generous_judge():
    config = override(webpilot(), calibration=((0.0, 0.0), (8.0, 0.2), (10.0, 1.0)))
    assert score(appraisal(8.0, 8.0), 0, config) == pytest.approx(0.2)
    assert score(appraisal(9.0, 9.0), 0, config) == pytest.approx(0.6)


@pytest.mark.parametrize("judged", [None, appraisal(None, 5.0), appraisal(5.0, None)])
def test_unscored_stays_unscored_and_is_never_nought(judged):
    for config in (paper(), webpilot(), greedy()):
        assert total(judged, config) is None
        assert score(judged, 0, config) is None


def test_scores_outside_the_scale_are_clipped():
    assert total(appraisal(30.0, 30.0), paper()) == 10.0
    assert total(appraisal(-3.0, 0.0), paper()) == 0.0


def test_an_ablation_is_one_override_by_name():
    assert override(paper(), select="uct").select is uct
    assert override(webpilot(), reflect="no_child_reflection", branches=2).branches == 2


def test_unknown_settings_and_functions_are_named_with_what_there_is():
    with pytest.raises(ConfigError, match="no setting 'selct'; it has select"):
        override(paper(), selct="uct")
    with pytest.raises(ConfigError, match="not one of goal_oriented, uct"):
        override(paper(), select="best")
    with pytest.raises(ConfigError, match="searcher.branches='2'"):
        override(paper(), branches="2")


def test_every_preset_uses_functions_that_configuration_can_name():
    for config in (paper(), webpilot(), greedy()):
        for key, table in TABLES.items():
            assert getattr(config, key) in table.values()


def test_the_scale_is_named_in_the_tree_even_if_it_is_ones_own():
    assert paper().scale_name == "paper"
    assert greedy().scale_name == "webpilot"

    def halved(points, depth, config):
        return points / 2

    assert override(paper(), scale=halved).scale_name == "halved"


def test_a_config_is_frozen():
    with pytest.raises(FrozenInstanceError):
        paper().branches = 2


def test_the_core_imports_nothing_but_its_own_kind():
    vocabulary = ("types", "observation", "plan")
    leaves = {
        f"webpilot.{name}" for name in (*vocabulary, "errors", "budget", "overlap", "overriding")
    }
    allowed = {"mcts", "numpy", "networkx", *leaves}
    stdlib = {
        "__future__",
        "ast",
        "asyncio",
        "collections",
        "contextlib",
        "dataclasses",
        "enum",
        "hashlib",
        "itertools",
        "json",
        "math",
        "types",
        "typing",
    }
    for path in Path(mcts.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            else:
                continue
            for name in names:
                top = name.split(".")[0]
                assert name in allowed or top in (allowed | stdlib), f"{path.name}: {name}"

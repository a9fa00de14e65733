"""`tf.train.Scaffold`: the operations that starting and saving a session needs."""

from __future__ import annotations

import logging

from penstock.api.control_flow_order import group
from penstock.v1.default_graph import get_default_graph
from penstock.v1.graph_keys import GraphKeys
from penstock.v1.saver import Saver
from penstock.v1.summary import merge_all
from penstock.v1.variable_lists import (
    global_variables,
    global_variables_initializer,
    local_variables_initializer,
    report_uninitialized_variables,
    tables_initializer,
)

log = logging.getLogger("tensorflow")


class Scaffold:
    """What a session needs to start, be saved and summarized.

    What is not given is taken from the graph's collections, or made at `finalize`.
    `init_fn(scaffold, session)` is called after the init op. As `tf.train.Scaffold`.
    """

    def __init__(
        self, init_op=None, init_feed_dict=None, init_fn=None, ready_op=None,
        ready_for_local_init_op=None, local_init_op=None, summary_op=None, saver=None,
        copy_from_scaffold=None, local_init_feed_dict=None,
    ):  # fmt: skip
        self.init_op, self.init_feed_dict = init_op, init_feed_dict
        self.ready_op, self.summary_op, self.saver = ready_op, summary_op, saver
        self.ready_for_local_init_op = ready_for_local_init_op
        self.local_init_op = local_init_op
        self.local_init_feed_dict = local_init_feed_dict
        self.init_fn = init_fn and (lambda session: init_fn(self, session))
        for field, value in vars(copy_from_scaffold or self).items():
            if getattr(self, field) is None:
                setattr(self, field, value)

    def finalize(self) -> Scaffold:
        """Make what is missing, and let nothing more be added to the graph."""
        found = self.get_or_default
        if self.init_op is None:
            self.init_op = found(
                "init_op", GraphKeys.INIT_OP, global_variables_initializer
            )
        if self.ready_op is None:
            self.ready_op = found(
                "ready_op", GraphKeys.READY_OP, report_uninitialized_variables
            )
        if self.ready_for_local_init_op is None:
            self.ready_for_local_init_op = found(
                "ready_for_local_init_op", GraphKeys.READY_FOR_LOCAL_INIT_OP,
                lambda: report_uninitialized_variables(global_variables()),
            )  # fmt: skip
        if self.local_init_op is None:
            self.local_init_op = found(
                "local_init_op", GraphKeys.LOCAL_INIT_OP, Scaffold.default_local_init_op
            )
        if self.summary_op is None:
            self.summary_op = found("summary_op", GraphKeys.SUMMARY_OP, merge_all)
        if self.saver is None:
            self.saver = default_saver()
        self.saver.build()
        get_default_graph().finalize()
        log.info("Graph was finalized.")
        return self

    @staticmethod
    def get_or_default(arg_name, collection_key, default_constructor):
        """What the collection holds, or what `default_constructor` makes for it.

        Raises RuntimeError where the collection holds more than one.
        """
        graph = get_default_graph()
        found = graph.get_collection(collection_key)
        if len(found) > 1:
            raise RuntimeError(
                f"More than one item in the collection '{collection_key}'. Please "
                f"indicate which one to use by passing it to the tf.train.Scaffold "
                f"constructor as: tf.train.Scaffold({arg_name}=item to use)"
            )
        if found and found[0] is not None:
            return found[0]
        made = default_constructor()
        if made is not None:
            graph.add_to_collection(collection_key, made)
        return made

    @staticmethod
    def default_local_init_op():
        """Initialises local variables and tables."""
        return group(local_variables_initializer(), tables_initializer())


def default_saver() -> Saver:
    """The saver of the graph's collection, made where there is none."""
    graph = get_default_graph()
    found = graph.get_collection(GraphKeys.SAVERS)
    if len(found) > 1:
        raise RuntimeError(
            "More than one item in collection savers. Please indicate which one to "
            "use by passing it to the constructor."
        )
    if found:
        return found[0]
    saver = Saver(allow_empty=True)
    graph.add_to_collection(GraphKeys.SAVERS, saver)
    return saver


__all__ = ["Scaffold"]

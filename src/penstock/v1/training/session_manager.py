"""`tf.train.SessionManager`: a session whose variables are restored or initialised."""

from __future__ import annotations

import logging
import time

from penstock.core.errors import DeadlineExceededError, FailedPreconditionError
from penstock.saving import checkpoint
from penstock.v1.default_graph import get_default_graph
from penstock.v1.session import Session

log = logging.getLogger("tensorflow")


class SessionManager:
    """Makes sessions ready to train: from a checkpoint, or by the init op."""

    def __init__(
        self, local_init_op=None, ready_op=None, ready_for_local_init_op=None,
        graph=None, recovery_wait_secs=30, local_init_run_options=None,
        local_init_feed_dict=None,
    ):  # fmt: skip
        del local_init_run_options
        self._graph = graph if graph is not None else get_default_graph()
        self._local_init_op, self._ready_op = local_init_op, ready_op
        self._ready_for_local_init_op = ready_for_local_init_op
        self._local_init_feed_dict = local_init_feed_dict
        self._wait_secs = recovery_wait_secs

    def prepare_session(
        self, master, init_op=None, saver=None, checkpoint_dir=None,
        checkpoint_filename_with_path=None, wait_for_checkpoint=False,
        max_wait_secs=7200, config=None, init_feed_dict=None, init_fn=None,
    ):  # fmt: skip
        """A session that is ready: restored where there is a checkpoint, else set up.

        Raises RuntimeError where it is not ready then, or no way to set it up is
        given.
        """
        session, restored = self._restored(
            master, saver, checkpoint_dir, checkpoint_filename_with_path,
            wait_for_checkpoint, max_wait_secs, config,
        )  # fmt: skip
        if not restored:
            if init_op is None and not init_fn and self._local_init_op is None:
                raise RuntimeError(
                    "Model is not initialized and no init_op or init_fn or "
                    "local_init_op was given"
                )
            if init_op is not None:
                session.run(init_op, feed_dict=init_feed_dict)
            if init_fn:
                init_fn(session)
        problem = self._initialize_locally(session)
        if problem:
            raise RuntimeError(
                "Init operations did not make model ready for local_init. Init op: "
                f"{_name(init_op)}, init fn: {init_fn}, error: {problem}"
            )
        problem = _unready(session, self._ready_op, "Model not ready")
        if problem:
            raise RuntimeError(
                "Init operations did not make model ready. Init op: "
                f"{_name(init_op)}, init fn: {init_fn}, local_init_op: "
                f"{_name(self._local_init_op)}, error: {problem}"
            )
        return session

    def recover_session(
        self, master, saver=None, checkpoint_dir=None,
        checkpoint_filename_with_path=None, wait_for_checkpoint=False,
        max_wait_secs=7200, config=None,
    ):  # fmt: skip
        """(session, whether it was restored and is ready)."""
        session, restored = self._restored(
            master, saver, checkpoint_dir, checkpoint_filename_with_path,
            wait_for_checkpoint, max_wait_secs, config,
        )  # fmt: skip
        problem = self._initialize_locally(session) if restored else "not restored"
        problem = problem or _unready(session, self._ready_op, "Model not ready")
        if restored and problem:
            log.info(
                "Restoring model from %s did not make model ready: %s",
                checkpoint_dir or checkpoint_filename_with_path,
                problem,
            )
        return session, restored and not problem

    def wait_for_session(self, master, config=None, max_wait_secs=float("inf")):
        """A session of which another process initialised the variables.

        Raises DeadlineExceededError after `max_wait_secs` seconds.
        """
        deadline = time.monotonic() + max_wait_secs
        while True:
            session = Session(master, graph=self._graph, config=config)
            problem = self._initialize_locally(session)
            problem = problem or _unready(session, self._ready_op, "Model not ready")
            if not problem:
                return session
            session.close()
            if time.monotonic() + self._wait_secs > deadline:
                raise DeadlineExceededError(
                    None, None,
                    f"Session was not ready after waiting {max_wait_secs} secs. "
                    f"{problem}. Every session has its own variables here: use the "
                    "chief's.",
                )  # fmt: skip
            time.sleep(self._wait_secs)

    def _restored(
        self, master, saver, folder, path, wait, max_wait_secs, config
    ):  # fmt: skip
        session = Session(master, graph=self._graph, config=config)
        if folder and path:
            raise ValueError(
                "Can not provide both checkpoint_dir and checkpoint_filename_with_path."
            )
        if saver is None or not (folder or path):
            return session, False
        if path:
            saver.restore(session, path)
            return session, True
        deadline = time.monotonic() + max_wait_secs
        state = checkpoint.get_checkpoint_state(folder)
        while wait and not (state and state.model_checkpoint_path):
            if time.monotonic() > deadline:
                return session, False
            log.info("Waiting for checkpoint to be available.")
            time.sleep(min(self._wait_secs, max(deadline - time.monotonic(), 0.01)))
            state = checkpoint.get_checkpoint_state(folder)
        if not state or not state.model_checkpoint_path:
            return session, False
        saver.restore(session, state.model_checkpoint_path)
        saver.recover_last_checkpoints(state.all_model_checkpoint_paths)
        return session, True

    def _initialize_locally(self, session) -> str | None:
        """Run the local init op; what keeps it from being run, if anything does."""
        if self._local_init_op is None:
            return None
        problem = _unready(
            session, self._ready_for_local_init_op, "Model not ready for local init"
        )
        if not problem:
            log.info("Running local_init_op.")
            session.run(self._local_init_op, feed_dict=self._local_init_feed_dict)
            log.info("Done running local_init_op.")
        return problem


def _unready(session, op, message: str) -> str | None:
    """What `op` says is missing, None where nothing is or no op was given."""
    if op is None:
        return None
    try:
        missing = session.run(op)
    except FailedPreconditionError as error:
        return f"{message}: {error}"
    if missing is None or not len(missing):
        return None
    names = ", ".join(n.decode() if isinstance(n, bytes) else str(n) for n in missing)
    prefix = "Variables not initialized: "
    return f"{prefix}{names}"


def _name(op) -> str:
    return getattr(op, "name", None) or "None"

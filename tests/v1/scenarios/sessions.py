"""Sessions that start, log, save and stop by themselves: what they say and write."""

import logging
import re
import struct
import tempfile
from contextlib import contextmanager
from pathlib import Path


class _Kept(logging.Handler):
    def __init__(self):
        super().__init__()
        self.said = []

    def emit(self, record):
        text = re.sub(r"/\S+/", "", record.getMessage())
        text = re.sub(r"\d+\.\d+ sec|(?<=/sec: )\S+", "TIME", text)
        # Those come where two threads read the step at once, or from Python itself.
        if "has not been increased" not in text and "deprecated" not in text:
            self.said.append(f"{record.levelname} {text}")


@contextmanager
def _logged(tf):
    log, kept = logging.getLogger("tensorflow"), _Kept()
    before = log.handlers, log.level, log.propagate
    log.handlers, log.propagate = [kept], False
    log.setLevel(logging.INFO)
    try:
        yield kept.said
    finally:
        log.handlers, log.propagate = before[0], before[2]
        log.setLevel(before[1])


def _model(tf):
    step = tf.train.get_or_create_global_step()
    x = tf.get_variable("x", [], initializer=tf.constant_initializer(5.0))
    loss = tf.square(x, name="loss")
    tf.summary.scalar("loss", loss)
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss, global_step=step)
    return step, loss, train


def _events(tf, folder):
    """Step, kind and tags of all records in the folder's event files."""
    out = []
    for path in sorted(Path(folder).glob("events*"), key=lambda p: p.stat().st_mtime):
        data, at = path.read_bytes(), 0
        while at < len(data):
            (size,) = struct.unpack_from("<Q", data, at)
            event = tf.Event.FromString(data[at + 12 : at + 12 + size])
            tags = [v.tag for v in event.summary.value]
            status = event.session_log.status
            out.append(f"{event.step} {event.WhichOneof('what')} {tags} {status}")
            at += 16 + size
    return out


def _files(folder):
    return sorted(p.name for p in Path(folder).iterdir() if "events" not in p.name)


def _hook(tf, said):
    class Told(tf.train.SessionRunHook):
        def begin(self):
            said.append("begin")

        def after_create_session(self, session, coord):
            said.append(f"created {type(coord).__name__}")

        def before_run(self, run_context):
            return tf.train.SessionRunArgs("loss:0")

        def after_run(self, run_context, run_values):
            said.append(f"after {run_values.results} {run_context.stop_requested}")

        def end(self, session):
            said.append("end")

    return Told()


def _trained(tf, folder, said):
    with tf.Graph().as_default():
        step, loss, train = _model(tf)
        hooks = [
            _hook(tf, said),
            tf.train.StopAtStepHook(num_steps=5),
            tf.train.LoggingTensorHook({"loss": loss, "step": step}, every_n_iter=2),
            tf.train.NanTensorHook(loss),
        ]
        with tf.train.MonitoredTrainingSession(
            checkpoint_dir=folder, hooks=hooks, save_checkpoint_steps=3,
            save_summaries_steps=2, log_step_count_steps=2,
        ) as session:  # fmt: skip
            while not session.should_stop():
                said.append(str(session.run([train, loss])[1]))


def monitored_training(tf):
    """Five steps, then five more from where the first stopped."""
    with tempfile.TemporaryDirectory() as folder, _logged(tf) as said:
        _trained(tf, folder, said)
        _trained(tf, folder, said)
        tf.summary.FileWriterCache.clear()
        return {"said": said, "files": _files(folder), "events": _events(tf, folder)}


def endings(tf):
    """How monitored sessions end: NaN, data at its end, an error, a step function."""
    with _logged(tf) as said:
        step, loss, train = _model(tf)
        nan = tf.log(-loss)
        try:
            hooks = [tf.train.NanTensorHook(nan)]
            with tf.train.SingularMonitoredSession(hooks=hooks) as session:
                session.run(train)
        except tf.train.NanLossDuringTrainingError as error:
            said.append(str(error))
        hooks = [tf.train.NanTensorHook(nan, fail_on_nan_loss=False)]
        with tf.train.MonitoredSession(hooks=hooks) as session:
            while not session.should_stop():
                session.run(train)
            try:
                session.run(train)
            except RuntimeError as error:
                said.append(str(error))
        said.append(str(session.should_stop()))

        def one(step_context):
            step_context.run_with_hooks(train)
            if step_context.session.run(step) > 2:
                step_context.request_stop()

        with tf.train.MonitoredSession() as session:
            while not session.should_stop():
                session.run_step_fn(one)
                said.append("round")
        with tf.train.MonitoredSession():
            raise tf.errors.OutOfRangeError(None, None, "no more")
        try:
            with tf.train.MonitoredSession() as session:
                raise ValueError("mine")
        except ValueError as error:
            said.append(str(error))
        tf.constant(1)  # the graph is open again
        return {"said": said}


def refusals(tf):
    """What cannot be asked for."""
    tf.get_variable("x", [])
    made = [
        lambda: tf.train.StopAtStepHook(),
        lambda: tf.train.StopAtStepHook(1, 2),
        lambda: tf.train.LoggingTensorHook(["a"]),
        lambda: tf.train.LoggingTensorHook(["a"], every_n_iter=0),
        lambda: tf.train.CheckpointSaverHook("d"),
        lambda: tf.train.SummarySaverHook(save_steps=1, save_secs=1),
        lambda: tf.train.SecondOrStepTimer(),
        lambda: tf.train.MonitoredSession(hooks=[tf.train.StopAtStepHook(3)]),
    ]
    out = []
    for make in made:
        try:
            make()
        except (ValueError, RuntimeError) as error:
            out.append(f"{type(error).__name__} {error}")
    return {"errors": out}


def supervised(tf):
    """`tf.train.Supervisor`: a first run, and one that goes on from its checkpoint."""
    out = {"steps": []}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(2):
            with tf.Graph().as_default():
                step, loss, train = _model(tf)
                supervisor = tf.train.Supervisor(
                    logdir=folder, save_summaries_secs=0, save_model_secs=0
                )
                with supervisor.managed_session() as session:
                    while not supervisor.should_stop():
                        at, value, _ = session.run([step, loss, train])
                        if session.run(step) % 3 == 0:
                            saver = supervisor.saver
                            saver.save(session, supervisor.save_path, step)
                            break
                    out["steps"].append(f"{session.run(step)} {session.run(loss)}")
                out["graph"] = str(step.graph.finalized)
        out["files"] = [n for n in _files(folder) if "data" not in n]
    return out


def coordinated(tf):
    """Threads under a coordinator: a clean stop, and one that failed."""
    import threading

    out = []
    for failure in (
        None,
        ValueError("bad"),
        tf.errors.OutOfRangeError(None, None, "x"),
    ):
        coord = tf.train.Coordinator()

        def work(coord=coord, failure=failure):
            with coord.stop_on_exception():
                while not coord.should_stop():
                    if failure is not None:
                        raise failure
                    coord.request_stop()

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        try:
            coord.join(threads)
            out.append(f"joined {coord.joined} {coord.should_stop()}")
        except ValueError as error:
            out.append(f"{type(error).__name__} {error}")
    ran = []
    coord = tf.train.Coordinator()
    looper = tf.train.LooperThread.loop(coord, 0.001, target=ran.append, args=(1,))
    while len(ran) < 3:
        pass
    coord.request_stop()
    coord.join([looper])
    return {"out": out}

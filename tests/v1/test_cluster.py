"""Programs written for a cluster, run as its one worker."""

import pytest

import penstock.compat.v1 as tf
from penstock.core.errors import UnsupportedError

HOSTS = {"ps": ["a:1", "b:1"], "worker": ["c:1"]}


def test_the_only_worker_trains():
    cluster = tf.train.ClusterSpec(HOSTS)
    server = tf.train.Server(cluster, job_name="worker", task_index=0)
    with tf.Graph().as_default():
        with tf.device(
            tf.train.replica_device_setter(
                worker_device="/job:worker/task:0", cluster=cluster
            )
        ):
            w, v = tf.Variable(4.0), tf.Variable(1.0)
            loss = tf.square(w + v)
        assert [w.device, v.device] == ["/job:ps/task:0", "/job:ps/task:1"]
        assert loss.device == "/job:worker/task:0"
        train = tf.train.GradientDescentOptimizer(0.25).minimize(loss)
        with tf.train.MonitoredTrainingSession(server.target, is_chief=True) as session:
            session.run(train)
            assert session.run(w) == 1.5


def test_a_spec_says_what_it_was_given():
    spec = tf.train.ClusterSpec({"ps": {1: "b:1"}, "worker": ["c:1", "d:1"]})
    assert spec.as_dict() == {"ps": {1: "b:1"}, "worker": ["c:1", "d:1"]}
    assert (spec.num_tasks("worker"), spec.task_indices("ps")) == (2, [1])
    assert spec.job_tasks("ps") == [None, "b:1"]
    assert spec.task_address("worker", 1) == "d:1"
    assert tf.train.ClusterSpec(spec.as_cluster_def()) == spec
    with pytest.raises(ValueError, match="No such job"):
        spec.num_tasks("chief")
    with pytest.raises(TypeError, match="list of addresses"):
        tf.train.ClusterSpec({"ps": "a:1"})


def test_local_server():
    server = tf.train.Server.create_local_server()
    assert server.target.startswith("grpc://")
    with tf.Graph().as_default(), tf.Session(server.target) as session:
        assert session.run(tf.constant(2)) == 2


def test_several_workers_are_refused():
    hosts = {"ps": ["a:1"], "worker": ["b:1", "c:1"]}
    with pytest.raises(UnsupportedError, match="several workers"):
        tf.train.Server(hosts, job_name="worker", task_index=1)
    with pytest.raises(ValueError, match="job name"):
        tf.train.Server(hosts)

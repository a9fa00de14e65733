"""`tf.contrib.slim`: contrib's layers and argument scopes under one name."""

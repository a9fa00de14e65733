"""Running a training loop: sessions that start, save, log and stop by themselves."""

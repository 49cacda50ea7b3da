package org.vhostdp.dataplane.io;

/** Told by the watchdog, on its own thread or the one that hung; must not block. */
public interface StallListener {
  /** Nobody listens. */
  StallListener NONE =
      new StallListener() {
        @Override
        public void stalled(String thread, String substitute, long nanos) {
          // Ports are told by their own sinks.
        }

        @Override
        public void returned(String thread) {
          // Ports are told by their own stages.
        }
      };

  /**
   * An IO thread has not come back from one turn for too long.
   *
   * @param thread its name
   * @param substitute the name of the thread that has taken over its other pairs; null if it is not
   *     inside a driver's call, and so cannot be replaced
   * @param nanos how long it has been there, at least
   */
  void stalled(String thread, String substitute, long nanos);

  /** A thread that was replaced has come back from the driver's call and ended. */
  void returned(String thread);
}

package org.vhostdp.dataplane.io;

import org.vhostdp.dataplane.io.QueuePair.FaultSink;

/** Tells a pair's sink, of its driver once at most. */
final class Faults {
  private final FaultSink sink;
  private boolean driverToldOf;

  Faults(FaultSink sink) {
    this.sink = sink;
  }

  /** Something is attached again: another driver may fail. */
  synchronized void begin() {
    driverToldOf = false;
  }

  void broken(boolean receive, String why) {
    sink.broken(receive, why == null ? "it failed" : why);
  }

  /** Tells of the driver, if nobody has. The IO thread, or the watchdog's. */
  void driver(String why) {
    synchronized (this) {
      if (driverToldOf) {
        return;
      }
      driverToldOf = true;
    }
    sink.driverFailed(why);
  }
}

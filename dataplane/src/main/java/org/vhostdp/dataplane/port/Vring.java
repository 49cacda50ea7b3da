package org.vhostdp.dataplane.port;

import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.linux.Fd;

/** What a front-end has said of one ring. Its descriptors are owned here. */
final class Vring {
  final int index;
  final QueueCounters counters = new QueueCounters();

  int size;
  long descriptors;
  long driver;
  long device;
  boolean addressed;
  int base;
  boolean enabled;

  /** A kick descriptor, or the word that there is none, has come: the ring is started. */
  boolean started;

  Fd kick;
  Fd call;
  Fd err;

  /** Attached to an IO thread, or to the control thread for the control queue. */
  boolean attached;

  /** Why it is out of service, or null. */
  String fault;

  Vring(int index) {
    this.index = index;
  }

  boolean isReceive() {
    return (index & 1) == 0;
  }

  int pair() {
    return index >>> 1;
  }

  /** Whether everything is known that it needs to run. */
  boolean ready(boolean enableNeeded) {
    return started && addressed && size > 0 && fault == null && (enabled || !enableNeeded);
  }

  static int raw(Fd fd) {
    return fd == null ? -1 : fd.raw();
  }

  static void close(Fd fd) {
    if (fd != null) {
      fd.close();
    }
  }

  /** Forgets everything but the counters. */
  void reset() {
    close(kick);
    close(call);
    close(err);
    kick = null;
    call = null;
    err = null;
    size = 0;
    addressed = false;
    base = 0;
    enabled = false;
    started = false;
    fault = null;
  }
}

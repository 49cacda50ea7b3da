package org.vhostdp.dataplane.qos;

import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Wakeup;

/**
 * A driver's receive queue with frames of one length, as many as are put there; fails if it is
 * asked before everything was released, or if frames are released in another order.
 */
final class StrictRx implements RxQueue, Wakeup, AutoCloseable {
  final EventFd event;
  long waiting;
  int length = 1514;
  int entries = 1;
  long taken;
  long asked;

  private long next;
  private long released;

  StrictRx() throws LinuxException {
    event = EventFd.create();
  }

  @Override
  public int receive(Burst burst, int max) {
    if (released != next) {
      throw new IllegalStateException(next - released + " entries are still lent");
    }
    asked++;
    int n = 0;
    while (waiting > 0 && n + entries <= max) {
      for (int e = 0; e < entries; e++) {
        burst.region[n] = 0;
        burst.offset[n] = next++;
        burst.length[n] = length;
        burst.flags[n++] = e == entries - 1 ? 0 : Offload.MORE;
      }
      waiting--;
      taken++;
    }
    return n;
  }

  @Override
  public void release(Burst burst, int first, int count) {
    for (int i = first; i < first + count; i++) {
      if (burst.offset[i] != released++) {
        throw new IllegalStateException("released out of order");
      }
    }
  }

  @Override
  public Wakeup wakeup() {
    return this;
  }

  @Override
  public int fd() {
    return event.fd().raw();
  }

  @Override
  public boolean arm() {
    event.drain();
    return waiting > 0;
  }

  @Override
  public void close() {
    event.close();
  }
}

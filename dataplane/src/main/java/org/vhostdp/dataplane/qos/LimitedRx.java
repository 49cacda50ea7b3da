package org.vhostdp.dataplane.qos;

import java.util.List;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.dataplane.stage.Alarm;
import org.vhostdp.dataplane.stage.PassingRx;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Wakeup;

/**
 * Limits what a queue receives. It holds no frame: while nothing may pass it does not ask below, so
 * that frames wait, or are dropped and counted, where they arrive.
 */
final class LimitedRx extends PassingRx implements Wakeup {
  /** Entries of a frame of 64 KiB in pieces of a page. */
  private static final int LONG_FRAME = 17;

  private final Gate gate;
  private final QueueCounters counters;
  private final Alarm alarm;
  private boolean more;

  /**
   * Puts a limit behind a queue.
   *
   * @param gate the limit, for this queue alone
   * @param counters of the guest's receive ring
   * @throws LinuxException if there are no more descriptors
   */
  LimitedRx(RxQueue below, Gate gate, QueueCounters counters) throws LinuxException {
    super(below);
    this.gate = gate;
    this.counters = counters;
    this.alarm = new Alarm(List.of(below.wakeup()));
  }

  @Override
  public int receive(Burst frames, int max) {
    int most = gate.most(max);
    if (most == 0) {
      if (more) {
        counters.add(Name.LIMITED, 1);
      }
      return 0;
    }
    int received = below.receive(frames, most);
    if (received == 0 && most < max) {
      // A frame of more entries than were asked for looks like none.
      received = below.receive(frames, Math.min(max, most + LONG_FRAME));
    }
    more = received >= most && most < max;
    if (more) {
      counters.add(Name.LIMITED, 1);
    } else {
      gate.idle();
    }
    if (received > 0) {
      gate.passed(frames, 0, received);
    }
    return received;
  }

  @Override
  public void discard() {
    gate.idle();
    super.discard();
  }

  @Override
  public void close() {
    alarm.close();
  }

  @Override
  public Wakeup wakeup() {
    return this;
  }

  @Override
  public int fd() {
    return alarm.fd();
  }

  @Override
  public boolean arm() {
    if (!gate.hindered()) {
      return alarm.arm();
    }
    long wait = gate.nanosToWait();
    return wait == 0 || alarm.armTime(System.nanoTime() + wait | 1);
  }
}

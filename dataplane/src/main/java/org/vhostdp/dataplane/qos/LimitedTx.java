package org.vhostdp.dataplane.qos;

import java.util.List;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.dataplane.stage.Alarm;
import org.vhostdp.dataplane.stage.PassingTx;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/**
 * Limits what a queue sends. It holds no frame: it lends so many as may pass now, so that frames
 * beyond the limit wait in the guest's ring. What was lent passes, whenever it is transmitted.
 */
final class LimitedTx extends PassingTx implements Wakeup {
  private final Gate gate;
  private final QueueCounters counters;
  private final Alarm alarm;

  /**
   * Puts a limit before a queue.
   *
   * @param gate the limit, for this queue alone
   * @param counters of the guest's transmit ring
   * @throws LinuxException if there are no more descriptors
   */
  LimitedTx(TxQueue below, Gate gate, QueueCounters counters) throws LinuxException {
    super(below);
    this.gate = gate;
    this.counters = counters;
    this.alarm = new Alarm(List.of(below.wakeup()));
  }

  @Override
  public int claim(Burst frames, int max) {
    int most = gate.most(max);
    if (most < max) {
      counters.add(Name.LIMITED, 1);
    }
    return most == 0 ? 0 : below.claim(frames, most);
  }

  @Override
  public int claimLarge(Burst frames) {
    return !lendsLarge() || gate.most(1) == 0 ? 0 : super.claimLarge(frames);
  }

  @Override
  public int transmit(Burst frames, int first, int count) {
    int accepted = below.transmit(frames, first, count);
    if (accepted > 0) {
      gate.passed(frames, first, accepted);
    }
    return accepted;
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
    if (wait == 0) {
      // Said once: who does not ask after that has nothing to send.
      gate.idle();
      return true;
    }
    long deadline = System.nanoTime() + wait | 1;
    return holds() ? alarm.arm(deadline) : alarm.armTime(deadline);
  }
}

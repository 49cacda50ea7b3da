package org.vhostdp.dataplane.io;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.dataplane.net.QueueSetup;
import org.vhostdp.dataplane.net.ReceivePath;
import org.vhostdp.dataplane.ring.RingBed;
import org.vhostdp.linux.EventFd;
import org.vhostdp.spi.RxQueue;

/** A pair with a receive path only, between a fake driver and a ring without buffers. */
final class FakePair implements AutoCloseable {
  final FakeRx driver;
  final QueueCounters counters = new QueueCounters();
  final List<String> told = new CopyOnWriteArrayList<>();
  final PairControl control;
  private final RingBed ring;
  private final EventFd kick;
  private ReceivePath path;

  /**
   * Not attached yet.
   *
   * @param sleeps whether its driver wakes it; else it must look for itself
   */
  FakePair(IoThread thread, boolean sleeps) throws Exception {
    driver = new FakeRx(sleeps);
    ring = RingBed.create(RingBed.Layout.values()[0], 64, 0);
    kick = EventFd.create();
    control = new PairControl(thread, new QueuePair(new Sink(told)));
  }

  private record Sink(List<String> told) implements QueuePair.FaultSink {
    @Override
    public void broken(boolean receive, String why) {
      told.add((receive ? "receive: " : "transmit: ") + why);
    }

    @Override
    public void driverFailed(String why) {
      told.add(why);
    }
  }

  FakePair attach() throws Exception {
    RxQueue guarded = new GuardedRx(driver, new Hang());
    QueueSetup setup = new QueueSetup(ring.device(), 0, -1, counters, 1500, null);
    path = new ReceivePath(setup, guarded, driver.regions());
    control.attach(path, guarded.wakeup(), kick.fd().raw());
    return this;
  }

  /** Frames that have passed. */
  long frames() {
    return counters.get(QueueCounters.Name.DROPPED_OFFLOAD);
  }

  long kicks() {
    return counters.get(QueueCounters.Name.KICKS);
  }

  /** The guest kicks. */
  void kick() {
    kick.signal();
  }

  @Override
  public void close() throws IoStuck {
    control.detachReceive();
    driver.close();
    kick.close();
    ring.close();
  }
}

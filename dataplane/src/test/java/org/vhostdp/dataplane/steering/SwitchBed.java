package org.vhostdp.dataplane.steering;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.dataplane.stage.Regions;
import org.vhostdp.dataplane.stage.RxStage;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Region;

/** A switch between strict driver queues and the guest's queues, on the test's thread. */
final class SwitchBed implements AutoCloseable {
  /** A frame that a queue of the guest was given. */
  record Got(byte[] bytes, int flags, long offload, int hash, int type, boolean copied) {}

  final StrictRx[] drivers;
  final RxStage[] queues;
  final QueueCounters[] counters;
  final PortSwitch ports;
  final List<Integer> woken = new ArrayList<>();
  final Regions regions;

  private final List<EventFd> events = new ArrayList<>();
  private final Burst[] bursts;
  private final int[] lent;

  SwitchBed(int driverQueues, int guestQueues, SteeringSpec spec) throws LinuxException {
    this(driverQueues, guestQueues, spec, 2048);
  }

  SwitchBed(int driverQueues, int guestQueues, SteeringSpec spec, int room) throws LinuxException {
    drivers = new StrictRx[driverQueues];
    List<Region> own = new ArrayList<>();
    for (int i = 0; i < driverQueues; i++) {
      EventFd event = EventFd.create();
      events.add(event);
      drivers[i] = new StrictRx(room, i, event);
      own.add(drivers[i].region());
    }
    regions = new Regions(own);
    counters = new QueueCounters[guestQueues];
    for (int i = 0; i < guestQueues; i++) {
      counters[i] = new QueueCounters();
    }
    ports = new PortSwitch(drivers, regions, guestQueues, counters, spec, woken::add);
    queues = new RxStage[guestQueues];
    bursts = new Burst[guestQueues];
    lent = new int[guestQueues];
    for (int i = 0; i < guestQueues; i++) {
      queues[i] = ports.queue(i);
      bursts[i] = new Burst(32);
    }
  }

  /** Asks a queue and keeps what it gives. */
  List<Got> hold(int guest, int max) {
    assertEquals(0, lent[guest], "asked while frames are held");
    Burst burst = bursts[guest];
    lent[guest] = queues[guest].receive(burst, max);
    return look(guest);
  }

  /** The frames that a queue holds, as their memory is now. */
  List<Got> look(int guest) {
    Burst b = bursts[guest];
    MemorySegment[] memory = regions.segments();
    List<Got> got = new ArrayList<>();
    byte[] bytes = {};
    int first = 0;
    for (int e = 0; e < lent[guest]; e++) {
      MemorySegment piece = memory[b.region[e]].asSlice(b.offset[e], b.length[e]);
      bytes = Packets.join(bytes, piece.toArray(ValueLayout.JAVA_BYTE));
      if ((b.flags[e] & Offload.MORE) == 0) {
        int flags = b.flags[first] & ~Offload.MORE;
        boolean copied = b.region[first] >= drivers.length;
        got.add(new Got(bytes, flags, b.offload[first], b.hash[first], b.hashType[first], copied));
        bytes = new byte[0];
        first = e + 1;
      }
    }
    assertEquals(0, bytes.length, "the burst ends inside a frame");
    return got;
  }

  /** Gives back what a queue holds, in parts. */
  void release(int guest) {
    int half = lent[guest] / 2;
    if (half > 0) {
      queues[guest].release(bursts[guest], 0, half);
    }
    queues[guest].release(bursts[guest], half, lent[guest] - half);
    lent[guest] = 0;
  }

  boolean holds(int guest) {
    return lent[guest] > 0;
  }

  /** Asks and gives back at once. */
  List<Got> take(int guest) {
    List<Got> got = hold(guest, 32);
    release(guest);
    return got;
  }

  /** Asks all queues again and again until none gives anything. */
  List<List<Got>> drain() {
    List<List<Got>> all = new ArrayList<>();
    for (int i = 0; i < queues.length; i++) {
      all.add(new ArrayList<>());
    }
    int idle = 0;
    while (idle < 3) {
      int n = 0;
      for (int i = 0; i < queues.length; i++) {
        List<Got> got = take(i);
        n += got.size();
        all.get(i).addAll(got);
      }
      idle = n == 0 ? idle + 1 : 0;
    }
    return all;
  }

  long count(int guest, Name name) {
    return counters[guest].get(name);
  }

  @Override
  public void close() {
    for (int i = 0; i < queues.length; i++) {
      if (lent[i] > 0) {
        release(i);
      }
      queues[i].discard();
    }
    for (StrictRx driver : drivers) {
      assertEquals(0, driver.lentOut(), "frames of the driver are left behind");
      assertFalse(driver.askedWhileLent, "the driver was asked while frames were lent");
    }
    ports.close();
    ports.close();
    events.forEach(EventFd::close);
  }
}

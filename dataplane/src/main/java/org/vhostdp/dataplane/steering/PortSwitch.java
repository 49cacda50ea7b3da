package org.vhostdp.dataplane.steering;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.dataplane.stage.Alarm;
import org.vhostdp.dataplane.stage.Regions;
import org.vhostdp.dataplane.stage.RxStage;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.QueuePolicy;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/**
 * Any number of a driver's receive queues to any number of a guest's. Built and set by a control
 * thread before frames flow; then all queues of the port belong to one IO thread.
 *
 * <p>Whichever of the guest's queues asks, the driver's queues are polled in turn, and each frame
 * is copied to the bounded memory of the queue that is chosen for it. So a queue whose guest gives
 * no buffers holds up nobody: its memory fills, and then its frames are dropped and counted. A
 * queue that is only slower than the driver drops nothing: while it takes frames, what does not fit
 * is left in the driver. Where one queue alone is active there is nobody to hold up, and frames
 * pass without a copy.
 *
 * <p>Frames of a flow stay in order. A flow that moves, because the guest sends from another queue
 * now, does so when nothing of it waits for the old one.
 */
public final class PortSwitch implements AutoCloseable {
  /** Frames that wait for a queue that takes them, before more are left in the driver. */
  private static final int ENOUGH = 128;

  /** Turns of every queue after which one that did not ask is taken to be stuck. */
  private static final int PATIENCE = 4;

  private final RxQueue[] drivers;
  private final Regions regions;
  private final QueueCounters[] counters;
  private final IntConsumer wake;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment[] frames;
  private final FrameRing[] rings;
  private final Alarm[] alarms;
  private final boolean[] parked;
  private final long[] asked;
  private final QueueChoice choice;
  private final DriverBurst burst;

  /** Entries that were passed on without a copy and not yet released. */
  private int passed;

  private long turn;
  private int sleepers;

  /**
   * Every queue of the guest is active.
   *
   * @param driver the driver's receive queues, started
   * @param regions the driver's memory, to which that of the queues is added
   * @param guestQueues queues of the guest
   * @param counters of the guest's receive queues
   * @param spec policy and rules
   * @param wake called with a queue of the guest that sleeps, when frames were put there or
   *     somebody must look after the driver; by the IO thread, and must not call back
   */
  public PortSwitch(
      RxQueue[] driver,
      Regions regions,
      int guestQueues,
      QueueCounters[] counters,
      SteeringSpec spec,
      IntConsumer wake) {
    this.drivers = driver.clone();
    this.burst = new DriverBurst(drivers);
    this.regions = regions;
    this.counters = counters.clone();
    this.wake = wake;
    this.frames = regions.segments();
    this.rings = new FrameRing[guestQueues];
    this.alarms = new Alarm[guestQueues];
    this.parked = new boolean[guestQueues];
    this.asked = new long[guestQueues];
    this.choice = new QueueChoice(spec, frames, rings);
  }

  /** Scales as the guest wants it; null: it does not. */
  public void rss(RssSetting setting) {
    choice.rss(setting);
  }

  /**
   * Shows the guest a hash with every frame; null: it does not want one. Where the guest also
   * scales, the hash is that one.
   */
  public void hashing(RssSetting setting) {
    choice.hashing(setting);
  }

  /**
   * Whether a queue takes part. One that does not gets nothing: where the guest scales, its frames
   * go to the unclassified queue or are dropped and counted, else to another.
   */
  public void active(int guest, boolean now) {
    choice.active(guest, now);
  }

  /** Another policy than that of the specification; null: automatic. */
  public void policy(QueuePolicy policy) {
    choice.policy(policy == null ? null : new GuardedPolicy(policy, policy.name()));
  }

  /** How often the policy threw, or named no queue. */
  public int policyFaults() {
    return choice.policyFaults();
  }

  /** What a queue of the guest receives from; once for each. */
  public RxStage queue(int guest) throws LinuxException {
    List<Wakeup> below = new ArrayList<>();
    for (RxQueue driver : drivers) {
      below.add(driver.wakeup());
    }
    alarms[guest] = new Alarm(below);
    MemorySegment memory = FrameRing.memory(arena);
    rings[guest] = new FrameRing(memory, regions.add(memory));
    return new SteeredRx(this, guest, alarms[guest].fd());
  }

  /** What a queue of the guest sends to: a stage where flows are noted, else what is below. */
  public TxQueue transmit(int guest, TxQueue below) {
    boolean notes = rings.length > 1 && choice.follows();
    return notes ? new NotingTx(choice, guest, below, regions) : below;
  }

  // ---- IO thread -------------------------------------------------------------------------------

  int receive(int guest, Burst out, int max) {
    asked[guest] = ++turn;
    awake(guest);
    if (isHeld()) {
      route();
    }
    FrameRing ring = rings[guest];
    if (ring.waiting() == 0 && burst.isDone() && choice.isActive(guest)) {
      if (choice.lone() == guest) {
        return pass(guest, out, max);
      }
      if (burst.take(DriverBurst.MOST)) {
        route();
        watch(guest);
      }
    }
    int given = ring.give(out, max);
    if (given > 0) {
      counters[guest].add(Name.FALLBACK_STEERING, given);
    }
    return given;
  }

  void release(int guest, int count) {
    if (passed == 0) {
      rings[guest].release(count);
      return;
    }
    passed -= count;
    if (passed <= 0) {
      passed = 0;
      burst.giveBack();
    }
  }

  /** Whether frames were taken from the driver for which there was no room. */
  private boolean isHeld() {
    return passed == 0 && burst.hasNext();
  }

  /** Puts frames where they belong, until one has to wait. */
  private void route() {
    while (burst.hasNext()) {
      int after = burst.frameEnd();
      int queue = choice.of(burst.in, burst.at, after);
      if (queue < 0 || rings[queue] == null) {
        counters[queue < 0 ? choice.wanted() : queue].add(Name.DROPPED_STEERING, 1);
      } else if (!put(queue, after)) {
        if (takes(queue)) {
          break;
        }
        counters[queue].add(Name.DROPPED_STEERING, 1);
      }
      burst.at = after;
    }
    burst.giveBack();
  }

  private boolean put(int queue, int after) {
    FrameRing ring = rings[queue];
    boolean enough = ring.waiting() >= ENOUGH && takes(queue);
    if (enough || !ring.put(burst.in, burst.at, after, burst.bytes(after), frames)) {
      return false;
    }
    if (choice.reports()) {
      ring.describe(choice.hash(), choice.type());
    }
    choice.putInto(queue);
    if (parked[queue]) {
      awake(queue);
      wake.accept(queue);
    }
    return true;
  }

  /** Whether a queue asked for frames not long ago. */
  private boolean takes(int queue) {
    return turn - asked[queue] <= (long) PATIENCE * rings.length;
  }

  /** Passes a burst on to the only queue there is, without a copy. */
  private int pass(int guest, Burst out, int max) {
    if (!burst.take(max)) {
      return 0;
    }
    int given = 0;
    int whole = 0;
    while (burst.hasNext()) {
      int after = burst.frameEnd();
      if (choice.of(burst.in, burst.at, after) == guest) {
        int begin = given;
        given = burst.refer(out, begin, after);
        describe(out, begin);
        whole++;
      } else {
        counters[choice.wanted()].add(Name.DROPPED_STEERING, 1);
      }
      burst.at = after;
    }
    passed = given;
    if (given == 0) {
      burst.giveBack();
    }
    counters[guest].add(Name.FALLBACK_STEERING, whole);
    return given;
  }

  private void describe(Burst out, int entry) {
    if (choice.reports()) {
      out.flags[entry] |= Offload.HASH;
      out.hash[entry] = choice.hash();
      out.hashType[entry] = choice.type();
    }
  }

  // ---- sleeping --------------------------------------------------------------------------------

  boolean arm(int guest) {
    if (rings[guest].waiting() > 0 || isHeld() || choice.isActive(guest) && alarms[guest].arm()) {
      return true;
    }
    if (!parked[guest]) {
      parked[guest] = true;
      sleepers++;
    }
    return false;
  }

  private void awake(int guest) {
    if (parked[guest]) {
      parked[guest] = false;
      sleepers--;
    }
  }

  /**
   * Sees to it that others sleep well. They armed the driver's wakeups before they slept, and the
   * burst call just now ended that. The queue that asked may never ask again, because its guest has
   * no buffers for what it was given: so one of those that sleep is armed anew.
   */
  private void watch(int guest) {
    if (sleepers == 0) {
      return;
    }
    boolean held = isHeld();
    for (int other = 0; other < parked.length; other++) {
      if (parked[other] && other != guest) {
        if (held || alarms[other].arm()) {
          awake(other);
          wake.accept(other);
        }
        if (!held) {
          return;
        }
      }
    }
  }

  /** Drops what waits for a queue. Frames of others that were held meanwhile are lost as well. */
  void discard(int guest) {
    int lost = rings[guest].clear() + burst.skip();
    passed = 0;
    burst.giveBack();
    if (lost > 0) {
      counters[guest].add(Name.DROPPED_STOPPED, lost);
    }
  }

  /** Ends it. No IO thread uses one of its queues any more. */
  @Override
  public void close() {
    for (int i = 0; i < alarms.length; i++) {
      if (alarms[i] != null) {
        alarms[i].close();
        alarms[i] = null;
      }
    }
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}

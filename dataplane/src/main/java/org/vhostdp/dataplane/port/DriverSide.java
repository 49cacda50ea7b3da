package org.vhostdp.dataplane.port;

import java.util.function.IntConsumer;
import org.vhostdp.dataplane.capture.CaptureWriter;
import org.vhostdp.dataplane.memory.GuestMemory;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.dataplane.qos.PortLimits;
import org.vhostdp.dataplane.qos.QosSpec;
import org.vhostdp.dataplane.steering.ProgramSteering;
import org.vhostdp.dataplane.steering.RssSetting;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Steering;

/**
 * The driver's side of a device: its back-end, which may be lost and come again, and the stages
 * before it. Control thread.
 */
final class DriverSide {
  private final QueueCounters[] received;
  private final IntConsumer wake;
  private PortSpec spec;
  private PortLimits limits;
  private CaptureWriter capture;
  private GuestMemory memory = GuestMemory.NONE;
  private BackEnd backEnd;
  private Stages stages;
  private StagePlan plan;
  private boolean stale;

  /**
   * @param driver open; owned from here on
   * @param received counters of the receive rings, by queue pair
   * @param wake wakes a queue pair; IO thread
   */
  DriverSide(PortSpec spec, Port driver, QueueCounters[] received, IntConsumer wake)
      throws DriverException {
    this.spec = spec;
    this.received = received;
    this.wake = wake;
    this.limits = new PortLimits(spec.services().qos(), spec.queuePairs());
    this.backEnd = open(driver);
  }

  private BackEnd open(Port driver) throws DriverException {
    BackEnd made = new BackEnd(driver, spec);
    ProgramSteering.apply(driver, spec.services().steering());
    return made;
  }

  /** The back-end, or null while it is lost. */
  BackEnd backEnd() {
    return backEnd;
  }

  PortSpec spec() {
    return spec;
  }

  /** The stages that rings are attached by; null before {@link #run}. */
  Stages stages() {
    return stages;
  }

  /** Whether one IO thread is to run all pairs. */
  boolean together() {
    return plan != null && plan.switched();
  }

  /** Other limits. They hold from the next {@link #run} on. */
  void qos(QosSpec next) {
    spec = spec.with(spec.services().withQos(next));
    if (backEnd != null) {
      limits.takeBack(backEnd.port());
    }
    limits = new PortLimits(next, spec.queuePairs());
    stale = true;
  }

  /** Copies frames there from the next {@link #run} on; null to end that. */
  void capture(CaptureWriter to) {
    capture = to;
    stale = true;
  }

  /** The guest's memory. No ring is attached. */
  void memory(GuestMemory table) {
    if (backEnd != null) {
      backEnd.reclaim();
      backEnd.lend(table);
    }
    memory = table;
  }

  /** Takes back the guest's memory. No ring is attached. */
  void reclaim() {
    memory = GuestMemory.NONE;
    if (backEnd != null) {
      backEnd.reclaim();
    }
  }

  private StagePlan plan(GuestWishes wishes) {
    boolean whole = limits.takesLarge();
    return StagePlan.of(backEnd, spec.services(), wishes, whole);
  }

  /**
   * Whether rings must be detached before {@link #run}.
   *
   * @throws DriverException if the driver can never be as is asked of it
   */
  boolean disturbs(GuestWishes wishes) throws DriverException {
    StagePlan next = plan(wishes);
    return stale || !next.equals(plan) || !backEnd.canApplyNow(settings(next, wishes));
  }

  /** Whether the driver can be so, asked before anything runs. */
  void check(GuestWishes wishes) throws DriverException {
    if (backEnd != null) {
      settings(plan(wishes), wishes).check(backEnd.capabilities());
    }
  }

  /** Starts the driver as asked, with stages to attach rings by. */
  void run(GuestWishes wishes) throws DriverException, LinuxException {
    StagePlan next = plan(wishes);
    boolean same = stages != null && !stale && next.equals(plan);
    if (!same) {
      limits.hand(backEnd.port(), !next.switched());
      // Limits that the driver has taken hold no large frame up here.
      next = plan(wishes);
    }
    PortSettings settings = settings(next, wishes);
    if (!backEnd.canApplyNow(settings)) {
      rest();
    }
    backEnd.apply(settings);
    backEnd.start();
    if (same && stages != null) {
      return;
    }
    unstage();
    scale(next, wishes);
    plan = next;
    stale = false;
    stages = new Stages(backEnd, next, spec, limits, capture, received, wake);
  }

  private void scale(StagePlan next, GuestWishes wishes) throws DriverException {
    Steering facet = backEnd.port().facet(Steering.class).orElse(null);
    if (facet == null || facet.maxTable() == 0) {
      return;
    }
    if (next.scaledByDriver(wishes)) {
      RssSetting rss = wishes.rss();
      facet.scale(rss.types(), rss.key(), rss.table(), rss.unclassified());
    } else {
      facet.reset();
    }
  }

  private PortSettings settings(StagePlan next, GuestWishes wishes) {
    PortSettings now = backEnd.settings();
    boolean toggles = !next.switched() && backEnd.capabilities().has(Capabilities.QUEUE_TOGGLE);
    int active = toggles ? Math.min(wishes.active(), now.queuePairs()) : now.queuePairs();
    return now.withRxOffloads(next.asked())
        .withMtu(spec.mtu() == 0 && next.mtu() == spec.effectiveMtu() ? 0 : next.mtu())
        .withActiveQueuePairs(active);
  }

  /** Stops the driver and ends the stages. No ring is attached. */
  void rest() {
    unstage();
    if (backEnd != null) {
      backEnd.stop();
    }
  }

  private void unstage() {
    if (stages != null) {
      stages.close();
      stages = null;
    }
    plan = null;
  }

  /**
   * The driver is of no more use. No ring is attached, but a call of the driver may hang.
   *
   * @return closes what is left of it, once no call hangs
   */
  Runnable lose() {
    BackEnd lost = backEnd;
    Stages left = stages;
    stages = null;
    plan = null;
    backEnd = null;
    return () -> {
      if (left != null) {
        left.close();
      }
      if (lost != null) {
        lost.close();
      }
    };
  }

  /** A driver again, after it was lost. */
  void found(Port driver) throws DriverException {
    BackEnd made = open(driver);
    made.lend(memory);
    backEnd = made;
  }

  /** Makes a back-end of another driver, as this one is now; this one goes on. */
  BackEnd prepare(Port driver) throws DriverException {
    return open(driver);
  }

  /** Puts another back-end in this one's place, which is stopped. No ring is attached. */
  BackEnd replace(BackEnd next) {
    rest();
    BackEnd old = backEnd;
    if (old != null) {
      old.reclaim();
    }
    next.lend(memory);
    backEnd = next;
    return old;
  }

  void close() {
    rest();
    if (backEnd != null) {
      backEnd.close();
    }
  }
}

package org.vhostdp.driver.mdev.virtio;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.driver.mdev.nic.DmaMemory;
import org.vhostdp.driver.mdev.nic.QueueEvents;
import org.vhostdp.driver.mdev.nic.QueueWakeup;
import org.vhostdp.driver.mdev.vfio.VfioDevice;
import org.vhostdp.linux.EventFd;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Region;

/**
 * A device from start to stop: its memory, its rings and its interrupts. Control threads.
 *
 * <p>One area of memory holds all rings; each queue has one of its own for its frames, which the
 * device may only read (transmit) or only write (receive).
 */
final class VirtioRun implements AutoCloseable {
  private static final int PAGE = 4096;

  private final VirtioPci pci;
  private final Offered offered;
  private final List<DmaMemory> memory = new ArrayList<>();
  private final QueueEvents events;
  private final List<Region> regions = new ArrayList<>();
  private final boolean eventIndex;
  private final int pairs;
  private DmaMemory rings;
  private long ringsUsed;
  private ControlQueue control;

  /**
   * Agrees with the device on features; nothing flows yet.
   *
   * @param features to be used
   * @throws DriverException if the device refuses
   */
  VirtioRun(VirtioPci pci, Offered offered, int pairs, long features) throws DriverException {
    this.pci = pci;
    this.offered = offered;
    this.pairs = pairs;
    events = new QueueEvents(pci.device());
    eventIndex = Feature.has(features, Feature.EVENT_IDX);
    pci.reset();
    pci.negotiate(features);
  }

  /**
   * Gives queues memory, rings and interrupts, and lets the device go.
   *
   * @param changes signalled when the device's configuration changes
   * @throws DriverException if there is too little memory, or the device refuses; close it then
   */
  void open(List<VirtioPair> queues, int mtu, EventFd changes) throws DriverException {
    VfioDevice device = pci.device();
    rings = dma((2L * pairs + 1) * ringBytes(offered.size()) + controlBytes(), true, true);
    events.enable(changes, 2 * pairs);
    if (events.vectors() > 0 && !pci.configVector(0)) {
      throw pci.failed("has no vector for changes of its configuration");
    }
    for (int i = 0; i < pairs; i++) {
      Slots in = offered.rxSlots(mtu);
      DmaMemory received = dma(in.total(), false, true);
      queues.get(i).rx().attach(parts(2 * i, in, received, 1 + i), offered.mergeable());
      Slots out = offered.txSlots();
      DmaMemory sent = dma(out.total(), true, false);
      queues.get(i).tx().attach(parts(2 * i + 1, out, sent, 1 + pairs + i));
      regions.add(new Region(received.segment()));
      regions.add(new Region(sent.segment()));
    }
    if (offered.has(Feature.CTRL_VQ)) {
      control = control();
    }
    device.pci().busMaster(true);
    pci.addStatus(VirtioPci.DRIVER_OK);
    queues.subList(0, pairs).forEach(pair -> pair.rx().fill());
  }

  private long ringBytes(int size) {
    long bytes = offered.packed() ? RingMemory.packedBytes(size) : RingMemory.splitBytes(size);
    return bytes + PAGE - 1 & -PAGE;
  }

  private static long controlBytes() {
    return PAGE;
  }

  private DmaMemory dma(long bytes, boolean readable, boolean writable) throws DriverException {
    DmaMemory made = DmaMemory.of(pci.device().dma(), bytes, readable, writable);
    memory.add(made);
    return made;
  }

  private QueueParts parts(int queue, Slots slots, DmaMemory frames, int vector)
      throws DriverException {
    RingMemory at = place(offered.size());
    Vring ring = ring(at, slots.count());
    QueueWakeup wakeup = new QueueWakeup(events.event(vector), ring::interrupts);
    pci.enable(queue, at, vector < events.vectors() ? vector : VirtioPci.NO_VECTOR);
    return new QueueParts(
        ring, pci.doorbell(queue), frames.segment(), frames.iova(), slots, wakeup);
  }

  private RingMemory place(int size) {
    long bytes = ringBytes(size);
    MemorySegment segment = rings.segment().asSlice(ringsUsed, bytes);
    long iova = rings.iova() + ringsUsed;
    ringsUsed += bytes;
    return offered.packed()
        ? RingMemory.packed(size, segment, iova)
        : RingMemory.split(size, segment, iova);
  }

  private Vring ring(RingMemory at, int tokens) {
    return offered.packed() ? new PackedRing(at, tokens) : new SplitRing(at, tokens, eventIndex);
  }

  private ControlQueue control() throws DriverException {
    int queue = offered.multiqueue() ? 2 * offered.config().pairs() : 2;
    int size = Math.min(offered.size(), Integer.highestOneBit(pci.queueSize(queue)));
    if (size < 2) {
      throw pci.failed("offers a control queue and has none");
    }
    RingMemory at = place(size);
    Vring ring = ring(at, 1);
    pci.enable(queue, at, VirtioPci.NO_VECTOR);
    return new ControlQueue(pci, ring, pci.doorbell(queue), rings, ringsUsed);
  }

  /** Commands; null if the device has no control queue. */
  ControlQueue commands() {
    return control;
  }

  List<Region> regions() {
    return List.copyOf(regions);
  }

  /** Silences the device, then frees what it could reach. */
  @Override
  public void close() {
    VfioDevice device = pci.device();
    try {
      if (device.pci().present()) {
        pci.reset();
      }
    } catch (DriverException e) {
      // A device that does not reset itself is reset from outside, or cut off below.
      resetFromOutside(device);
    }
    device.pci().busMaster(false);
    events.close();
    memory.forEach(DmaMemory::close);
    memory.clear();
    regions.clear();
  }

  private static void resetFromOutside(VfioDevice device) {
    try {
      device.reset();
    } catch (DriverException e) {
      // All that is left: without it the device reaches no memory, and none is freed before.
      device.pci().busMaster(false);
    }
  }
}

package org.vhostdp.driver.mdev.virtio;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.driver.mdev.nic.DmaMemory;
import org.vhostdp.driver.mdev.vfio.Interrupt;
import org.vhostdp.driver.mdev.vfio.VfioDevice;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
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
  private final List<EventFd> events = new ArrayList<>();
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
    int vectors = interrupts(changes);
    for (int i = 0; i < pairs; i++) {
      Slots in = offered.rxSlots(mtu);
      DmaMemory received = dma(in.total(), false, true);
      queues.get(i).rx().attach(parts(2 * i, in, received, vectors, 1 + i), offered.mergeable());
      Slots out = offered.txSlots();
      DmaMemory sent = dma(out.total(), true, false);
      queues.get(i).tx().attach(parts(2 * i + 1, out, sent, vectors, 1 + pairs + i));
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

  /** As many vectors as the device has and we can use; how many. */
  private int interrupts(EventFd changes) throws DriverException {
    int wanted = 1 + 2 * pairs;
    int vectors = Math.min(wanted, pci.device().interrupts(Interrupt.MSIX));
    if (vectors == 0) {
      return 0;
    }
    int[] fds = new int[vectors];
    fds[0] = changes.fd().raw();
    try {
      for (int i = 1; i < vectors; i++) {
        EventFd event = EventFd.create();
        events.add(event);
        fds[i] = event.fd().raw();
      }
    } catch (LinuxException e) {
      throw new DriverException(Reason.RESOURCES, e.getMessage(), "", e);
    }
    pci.device().enable(Interrupt.MSIX, fds);
    if (!pci.configVector(0)) {
      throw pci.failed("has no vector for changes of its configuration");
    }
    return vectors;
  }

  private QueueParts parts(int queue, Slots slots, DmaMemory frames, int vectors, int vector)
      throws DriverException {
    boolean interrupts = vector < vectors;
    RingMemory at = place(offered.size());
    Vring ring = ring(at, slots.count());
    QueueWakeup wakeup = new QueueWakeup(interrupts ? events.get(vector - 1) : null, ring);
    pci.enable(queue, at, interrupts ? vector : VirtioPci.NO_VECTOR);
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
    disableInterrupts(device);
    events.forEach(EventFd::close);
    memory.forEach(DmaMemory::close);
    events.clear();
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

  private static void disableInterrupts(VfioDevice device) {
    try {
      device.disable(Interrupt.MSIX);
    } catch (DriverException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }
}

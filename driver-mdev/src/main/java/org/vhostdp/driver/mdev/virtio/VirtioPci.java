package org.vhostdp.driver.mdev.virtio;

import java.lang.foreign.MemorySegment;
import java.util.function.ToIntFunction;
import org.vhostdp.driver.mdev.vfio.VfioDevice;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * A virtio device on PCI: its status, its features and where its queues are (section 4.1.4.3).
 * Control threads, one call at a time.
 */
final class VirtioPci {
  static final int ACKNOWLEDGE = 1;
  static final int DRIVER = 2;
  static final int DRIVER_OK = 4;
  static final int FEATURES_OK = 8;
  static final int NEEDS_RESET = 64;

  /** MSI-X vector of what shall not interrupt. */
  static final int NO_VECTOR = 0xffff;

  private static final int FEATURE_SELECT = 0;
  private static final int DEVICE_FEATURE = 4;
  private static final int DRIVER_SELECT = 8;
  private static final int DRIVER_FEATURE = 12;
  private static final int CONFIG_VECTOR = 16;
  private static final int QUEUES = 18;
  private static final int STATUS = 20;
  private static final int GENERATION = 21;
  private static final int QUEUE_SELECT = 22;
  private static final int QUEUE_SIZE = 24;
  private static final int QUEUE_VECTOR = 26;
  private static final int QUEUE_ENABLE = 28;
  private static final int QUEUE_NOTIFY = 30;
  private static final int QUEUE_DESCRIPTORS = 32;
  private static final int QUEUE_DRIVER = 40;
  private static final int QUEUE_DEVICE = 48;

  /** How long a device may take to reset itself. */
  private static final long PATIENCE_NANOS = 2_000_000_000L;

  private final VfioDevice device;
  private final PciLayout layout;
  private final Registers common;

  VirtioPci(VfioDevice device) throws DriverException {
    this.device = device;
    layout = PciLayout.of(device);
    common = layout.common();
  }

  VfioDevice device() {
    return device;
  }

  String name() {
    return device.name();
  }

  /** The device's own configuration. */
  Registers net() {
    return layout.net();
  }

  int status() {
    return common.get8(STATUS);
  }

  void addStatus(int bits) {
    common.set8(STATUS, status() | bits);
  }

  /** Reads, and so takes back, what the interrupt line is up for. */
  int isr() {
    return layout.isr().get8(0);
  }

  /**
   * Resets the device, which then has forgotten all its queues and touches no memory.
   *
   * @throws DriverException if it does not come back
   */
  void reset() throws DriverException {
    common.set8(STATUS, 0);
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (status() != 0) {
      if (System.nanoTime() - end > 0) {
        throw failed("does not reset itself; its status stays 0x%x".formatted(status()));
      }
      Thread.onSpinWait();
    }
  }

  /** All that the device offers. */
  long offered() {
    common.set32(FEATURE_SELECT, 0);
    long low = Integer.toUnsignedLong(common.get32(DEVICE_FEATURE));
    common.set32(FEATURE_SELECT, 1);
    return low | (long) common.get32(DEVICE_FEATURE) << 32;
  }

  /**
   * Tells the device what is used of it.
   *
   * @throws DriverException if it does not agree
   */
  void negotiate(long features) throws DriverException {
    addStatus(ACKNOWLEDGE);
    addStatus(DRIVER);
    common.set32(DRIVER_SELECT, 0);
    common.set32(DRIVER_FEATURE, (int) features);
    common.set32(DRIVER_SELECT, 1);
    common.set32(DRIVER_FEATURE, (int) (features >>> 32));
    addStatus(FEATURES_OK);
    if ((status() & FEATURES_OK) == 0) {
      throw failed("does not agree to the features 0x%x".formatted(features));
    }
  }

  /** Queues that the device has. */
  int queues() {
    return common.get16(QUEUES);
  }

  /** Most descriptors of a queue; 0 if there is no such queue. */
  int queueSize(int queue) {
    common.set16(QUEUE_SELECT, queue);
    return common.get16(QUEUE_SELECT) == queue ? common.get16(QUEUE_SIZE) : 0;
  }

  /** Changes of the configuration signal a vector; false if the device has it not. */
  boolean configVector(int vector) {
    common.set16(CONFIG_VECTOR, vector);
    return common.get16(CONFIG_VECTOR) == vector;
  }

  /**
   * Gives a queue its ring, which the device may use once it is told to go.
   *
   * @param vector of its interrupt, or {@link #NO_VECTOR}
   * @throws DriverException if the device has no such vector
   */
  void enable(int queue, RingMemory ring, int vector) throws DriverException {
    common.set16(QUEUE_SELECT, queue);
    common.set16(QUEUE_SIZE, ring.size());
    common.set16(QUEUE_VECTOR, vector);
    if (common.get16(QUEUE_VECTOR) != vector) {
      throw failed("has no vector " + vector + " for its queue " + queue);
    }
    common.set64(QUEUE_DESCRIPTORS, ring.descriptors());
    common.set64(QUEUE_DRIVER, ring.driver());
    common.set64(QUEUE_DEVICE, ring.device());
    common.set16(QUEUE_ENABLE, 1);
  }

  /**
   * A queue's doorbell.
   *
   * @throws DriverException if it is not among the device's doorbells
   */
  Doorbell doorbell(int queue) throws DriverException {
    common.set16(QUEUE_SELECT, queue);
    long at = common.get16(QUEUE_NOTIFY) * Integer.toUnsignedLong(layout.multiplier());
    Registers notify = layout.doorbells();
    if (at > notify.length() - 2 || at % 2 != 0) {
      throw failed("has the doorbell of its queue " + queue + " outside its registers");
    }
    MemorySegment mapped = notify.region().mapped(notify.start() + at, 2);
    return mapped == null
        ? new Doorbell(queue, null, notify.region(), notify.start() + at)
        : new Doorbell(queue, mapped, null, 0);
  }

  /** A word of the device's configuration that was not changed while it was read. */
  int steady(ToIntFunction<Registers> reading) {
    int before;
    int value;
    int tries = 0;
    do {
      before = common.get8(GENERATION);
      value = reading.applyAsInt(layout.net());
    } while (common.get8(GENERATION) != before && ++tries < 100);
    return value;
  }

  DriverException failed(String what) {
    return new DriverException(
        Reason.DEVICE,
        "The virtio device " + name() + " " + what + ".",
        "See what the hypervisor, or whoever makes the device, has to say about it.");
  }
}

package org.vhostdp.driver.mdev.vfio;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.driver.mdev.generated.Vfio;
import org.vhostdp.driver.mdev.generated.vfio_irq_info;
import org.vhostdp.driver.mdev.generated.vfio_irq_set;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/** A device's interrupts: VFIO_DEVICE_GET_IRQ_INFO and VFIO_DEVICE_SET_IRQS. */
final class Vectors {
  private static final String REQUEST = "VFIO_DEVICE_SET_IRQS";

  private final Fd device;
  private final String name;
  private final int kinds;

  /**
   * @param kinds how many indexes the device has
   */
  Vectors(Fd device, String name, int kinds) {
    this.device = device;
    this.name = name;
    this.kinds = kinds;
  }

  int count(Interrupt kind) throws DriverException {
    if (kind.index() >= kinds) {
      return 0;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment s = vfio_irq_info.allocate(arena);
      vfio_irq_info.argsz(s, (int) vfio_irq_info.sizeof());
      vfio_irq_info.index(s, kind.index());
      int result = Ioctl.call(device, Vfio.VFIO_DEVICE_GET_IRQ_INFO(), s);
      if (result == -Errno.EINVAL) {
        return 0;
      }
      if (result < 0) {
        throw VfioErrors.of("VFIO_DEVICE_GET_IRQ_INFO", kind + " of " + name, -result);
      }
      boolean signals = (vfio_irq_info.flags(s) & Vfio.VFIO_IRQ_INFO_EVENTFD()) != 0;
      return signals ? vfio_irq_info.count(s) : 0;
    }
  }

  void enable(Interrupt kind, int[] eventfds) throws DriverException {
    int there = count(kind);
    if (eventfds.length == 0 || eventfds.length > there) {
      throw new DriverException(
          Reason.UNSUPPORTED,
          name + " has " + there + " interrupts " + kind + ", not " + eventfds.length + ".",
          "Use fewer queues.");
    }
    disable(kind);
    int flags = Vfio.VFIO_IRQ_SET_DATA_EVENTFD() | Vfio.VFIO_IRQ_SET_ACTION_TRIGGER();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment s = request(arena, kind, flags, 0, eventfds.length, 4L * eventfds.length);
      MemorySegment.copy(
          eventfds, 0, s, ValueLayout.JAVA_INT, vfio_irq_set.data$offset(), eventfds.length);
      send(kind, s, adviceToEnable(kind));
    }
  }

  private static String adviceToEnable(Interrupt kind) {
    return kind == Interrupt.INTX
        ? "The function's interrupt line is shared with a device that cannot take turns, or"
            + " message signalled interrupts are enabled."
        : "The machine has no interrupt vectors left, or interrupts of another kind are enabled.";
  }

  void disable(Interrupt kind) throws DriverException {
    if (count(kind) == 0) {
      return;
    }
    int flags = Vfio.VFIO_IRQ_SET_DATA_NONE() | Vfio.VFIO_IRQ_SET_ACTION_TRIGGER();
    try (Arena arena = Arena.ofConfined()) {
      int result = set(request(arena, kind, flags, 0, 0, 0));
      // EINVAL: none of this kind was enabled.
      if (result < 0 && result != -Errno.EINVAL) {
        throw VfioErrors.of(REQUEST, kind + " of " + name, -result);
      }
    }
  }

  void mask(Interrupt kind, boolean masked) throws DriverException {
    int action = masked ? Vfio.VFIO_IRQ_SET_ACTION_MASK() : Vfio.VFIO_IRQ_SET_ACTION_UNMASK();
    try (Arena arena = Arena.ofConfined()) {
      send(kind, request(arena, kind, Vfio.VFIO_IRQ_SET_DATA_NONE() | action, 0, 1, 0), "");
    }
  }

  void fire(Interrupt kind, int vector) throws DriverException {
    int flags = Vfio.VFIO_IRQ_SET_DATA_NONE() | Vfio.VFIO_IRQ_SET_ACTION_TRIGGER();
    try (Arena arena = Arena.ofConfined()) {
      send(kind, request(arena, kind, flags, vector, 1, 0), "Enable it first.");
    }
  }

  private static MemorySegment request(
      Arena arena, Interrupt kind, int flags, int start, int count, long data) {
    long bytes = vfio_irq_set.data$offset() + data;
    MemorySegment s = arena.allocate(Math.max(bytes, vfio_irq_set.sizeof()), Long.BYTES);
    vfio_irq_set.argsz(s, (int) bytes);
    vfio_irq_set.flags(s, flags);
    vfio_irq_set.index(s, kind.index());
    vfio_irq_set.start(s, start);
    vfio_irq_set.count(s, count);
    return s;
  }

  private void send(Interrupt kind, MemorySegment request, String advice) throws DriverException {
    int result = set(request);
    if (result < 0) {
      throw VfioErrors.of(REQUEST, kind + " of " + name, -result, advice);
    }
  }

  private int set(MemorySegment request) {
    return Ioctl.call(device, Vfio.VFIO_DEVICE_SET_IRQS(), request);
  }
}

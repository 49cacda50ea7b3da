package org.vhostdp.driver.mdev.vfio;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Epoll;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.DriverException;

/** What the kernel and the device report about the device itself. */
final class DeviceReports implements AutoCloseable {
  private final String name;
  private final EventFd error;
  private final EventFd request;
  private final Epoll both;
  private boolean lost;
  private String detail = "";

  private DeviceReports(String name, EventFd error, EventFd request, Epoll both) {
    this.name = name;
    this.error = error;
    this.request = request;
    this.both = both;
  }

  /** Asks for the reports that the device has; a mediated device may have none. */
  static DeviceReports of(String name, Vectors vectors) throws DriverException {
    EventFd error = null;
    EventFd request = null;
    Epoll both = null;
    try {
      error = EventFd.create();
      request = EventFd.create();
      both = Epoll.create(2);
      both.add(error.fd().raw(), Epoll.IN, 0);
      both.add(request.fd().raw(), Epoll.IN, 1);
      enable(vectors, Interrupt.ERROR, error);
      enable(vectors, Interrupt.REQUEST, request);
      return new DeviceReports(name, error, request, both);
    } catch (LinuxException e) {
      closeAll(both, error, request);
      throw VfioErrors.of(e);
    } catch (DriverException | RuntimeException e) {
      closeAll(both, error, request);
      throw e;
    }
  }

  private static void enable(Vectors vectors, Interrupt kind, EventFd to) throws DriverException {
    if (vectors.count(kind) > 0) {
      vectors.enable(kind, new int[] {to.fd().raw()});
    }
  }

  int eventFd() {
    return both.fd().raw();
  }

  String detail() {
    return detail;
  }

  /**
   * The next report.
   *
   * @param present whether the device answers
   */
  DeviceEvent next(boolean present) {
    DeviceEvent event = DeviceEvent.NONE;
    detail = "";
    if (signalled(request)) {
      event = DeviceEvent.REQUESTED;
      detail =
          "The kernel wants " + name + " back: it is being unplugged or unbound. Close the port.";
    } else if (signalled(error)) {
      event = DeviceEvent.ERROR;
      detail = name + " reported an uncorrectable error on its bus.";
    } else if (!present && !lost) {
      event = DeviceEvent.LOST;
      detail = name + " does not answer any more: it was pulled out, or lost its link.";
    }
    lost = !present;
    return event;
  }

  private static boolean signalled(EventFd fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(8, 8);
      return Io.read(new CallState(arena), fd.fd().raw(), count, 8) == 8;
    }
  }

  @Override
  public void close() {
    closeAll(both, error, request);
  }

  private static void closeAll(Epoll both, EventFd error, EventFd request) {
    if (both != null) {
      both.close();
    }
    if (error != null) {
      error.close();
    }
    if (request != null) {
      request.close();
    }
  }
}

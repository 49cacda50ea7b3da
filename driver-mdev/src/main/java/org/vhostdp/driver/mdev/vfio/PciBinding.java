package org.vhostdp.driver.mdev.vfio;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.vhostdp.linux.Errno;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.Host;

/** A PCI function that was taken from its kernel driver and given to vfio-pci. */
final class PciBinding {
  private static final String VFIO = "vfio-pci";
  private static final String ROOT = "Writing to sysfs takes root.";

  private final Sysfs sysfs;
  private final String address;
  private final Host host;
  private final Loans loans;
  private final Path drivers;
  private final Path function;

  /** Whether there is something to give back. */
  private boolean taken;

  private String before;

  PciBinding(Sysfs sysfs, String address, Host host) {
    this.sysfs = sysfs;
    this.address = address;
    this.host = host;
    loans = new Loans(sysfs.notes());
    drivers = sysfs.sys().resolve("bus/pci/drivers");
    function = sysfs.sys().resolve("bus/pci/devices").resolve(address);
  }

  /** The driver that has the function now, or null. */
  String driver() {
    return Sysfs.target(function.resolve("driver"));
  }

  /**
   * Sees to it that vfio-pci has the function.
   *
   * @param bind whether it may be taken from another driver
   */
  void take(boolean bind) throws DriverException {
    if (!Files.exists(function)) {
      throw new DriverException(
          Reason.NOT_FOUND,
          "There is no PCI function " + address + " (" + function + ": ENOENT).",
          "\"lspci -D\" lists those that are there.");
    }
    String now = driver();
    if (VFIO.equals(now)) {
      adopt(bind);
      return;
    }
    if (!bind) {
      throw new DriverException(
          Reason.BUSY,
          address + (now == null ? " is bound to no driver." : " is bound to " + now + "."),
          "Set \"bind\" to true to take it for as long as the port is open, or bind it to vfio-pci"
              + " (driverctl set-override "
              + address
              + " vfio-pci).");
    }
    bind(now);
  }

  /** Bound already: by the operator, who keeps it so, or by a process that was killed. */
  private void adopt(boolean bind) {
    Loans.Loan left = bind ? loans.left(address) : null;
    if (left != null) {
      before = left.driver();
      taken = true;
      note();
    }
  }

  private void bind(String now) throws DriverException {
    if (!Files.exists(drivers.resolve(VFIO))) {
      throw new DriverException(
          Reason.UNSUPPORTED,
          "The kernel's driver vfio-pci is not there (" + drivers.resolve(VFIO) + ": ENOENT).",
          VfioErrors.LOAD_VFIO_PCI);
    }
    // Before anything is taken: a function that cannot be handed out stays where it is.
    IommuGroup.of(sysfs, function);
    before = now;
    taken = true;
    try {
      Sysfs.write(function.resolve("driver_override"), VFIO, ROOT);
      note();
      if (now != null) {
        Sysfs.write(drivers.resolve(now).resolve("unbind"), address, ROOT);
      }
      Sysfs.write(sysfs.sys().resolve("bus/pci/drivers_probe"), address, ROOT);
      if (!VFIO.equals(driver())) {
        throw new DriverException(
            Reason.DEVICE,
            "vfio-pci did not accept " + address + ".",
            "The kernel's log says why; IOMMU groups and running virtual functions can be in the"
                + " way.");
      }
    } catch (DriverException | RuntimeException e) {
      giveBack();
      throw e;
    }
  }

  private void note() {
    try {
      loans.note(address, before);
    } catch (IOException e) {
      host.log(
          Level.WARNING,
          "It cannot be written down that "
              + address
              + " was taken from "
              + (before == null ? "no driver" : before)
              + " ("
              + e.getMessage()
              + "): if this process is killed, the function stays with vfio-pci.");
    }
  }

  /**
   * Gives the function back to the driver that it came from. The device must have been closed
   * before. Never throws; a function that is gone needs nothing.
   */
  void giveBack() {
    if (!taken) {
      return;
    }
    taken = false;
    // A lone line's end clears the override.
    int errno = Sysfs.tryWrite(function.resolve("driver_override"), "\n");
    if (VFIO.equals(driver())) {
      errno = Sysfs.tryWrite(drivers.resolve(VFIO).resolve("unbind"), address);
    }
    if (before != null && driver() == null && Files.exists(function)) {
      errno = Sysfs.tryWrite(drivers.resolve(before).resolve("bind"), address);
    }
    boolean back = !Files.exists(function) || Objects.equals(before, driver());
    if (back) {
      forget();
    } else {
      host.log(
          Level.ERROR,
          address
              + " could not be given back to "
              + (before == null ? "no driver" : before)
              + (errno == 0 ? "." : ": " + Errno.name(errno) + ".")
              + " Unbind and bind it by hand, in "
              + drivers
              + ".");
    }
  }

  private void forget() {
    try {
      loans.forget(address);
    } catch (IOException e) {
      host.log(Level.WARNING, "A note of a function given back remains: " + e.getMessage() + ".");
    }
  }
}

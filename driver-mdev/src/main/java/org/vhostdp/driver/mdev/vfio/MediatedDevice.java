package org.vhostdp.driver.mdev.vfio;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.vhostdp.linux.Errno;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.Host;

/** A mediated device that this process made, from creation to removal. */
final class MediatedDevice {
  private static final String MADE_BY_US = "created";

  private final Sysfs sysfs;
  private final Host host;
  private final Loans loans;
  private String uuid;

  MediatedDevice(Sysfs sysfs, Host host) {
    this.sysfs = sysfs;
    this.host = host;
    loans = new Loans(sysfs.notes());
  }

  /** Where a mediated device is in sysfs. */
  static Path folder(Sysfs sysfs, String uuid) {
    return sysfs.sys().resolve("bus/mdev/devices").resolve(uuid);
  }

  /** The folder of one that exists. */
  static Path existing(Sysfs sysfs, String uuid) throws DriverException {
    Path folder = folder(sysfs, uuid);
    if (!Files.exists(folder)) {
      throw new DriverException(
          Reason.NOT_FOUND,
          "There is no mediated device " + uuid + " (" + folder + ": ENOENT).",
          "Create it first, or set \"parent\" and \"type\" to have one made.");
    }
    return folder;
  }

  /**
   * Creates one.
   *
   * @return its UUID
   */
  String create(VfioTarget.Created wanted) throws DriverException {
    Path type = type(wanted.parent(), wanted.type());
    String name = wanted.uuid() == null ? UUID.randomUUID().toString() : wanted.uuid();
    if (Files.exists(folder(sysfs, name))) {
      takeOver(wanted, name);
      return name;
    }
    int errno = Sysfs.tryWrite(type.resolve("create"), name);
    if (errno != 0) {
      throw VfioErrors.of(
          "create of mediated device " + name + " of type " + wanted.type() + " in",
          wanted.parent(),
          errno,
          adviceToCreate(errno, type));
    }
    uuid = name;
    note();
    return name;
  }

  private static String adviceToCreate(int errno, Path type) {
    return switch (errno) {
      case Errno.EPERM, Errno.EACCES -> "Writing to sysfs takes root.";
      case Errno.ENOSPC ->
          "The parent makes no more of them ("
              + Sysfs.read(type.resolve("available_instances"), "0")
              + " are left): remove one.";
      default -> "The kernel's log may say why.";
    };
  }

  /**
   * One of that name exists: ours, if a process that was killed made it; otherwise a stranger's.
   */
  private void takeOver(VfioTarget.Created wanted, String name) throws DriverException {
    boolean ours = loans.left(name) != null;
    String type = Sysfs.target(folder(sysfs, name).resolve("mdev_type"));
    if (!ours || !wanted.type().equals(type)) {
      throw new DriverException(
          Reason.BUSY,
          "A mediated device " + name + " exists already, of type " + type + ".",
          "Open it with \"mdev\", or choose another \"uuid\".");
    }
    uuid = name;
    note();
  }

  private Path type(String parent, String type) throws DriverException {
    Path folder = MdevParents.folder(sysfs).resolve(parent);
    if (!Files.exists(folder)) {
      List<String> parents = Sysfs.names(MdevParents.folder(sysfs));
      throw new DriverException(
          Reason.NOT_FOUND,
          "There is no parent of mediated devices " + parent + " (" + folder + ": ENOENT).",
          parents.isEmpty()
              ? "This machine has none; load the driver of a device that offers them."
              : "There are " + String.join(", ", parents) + ".");
    }
    Path types = folder.resolve("mdev_supported_types");
    if (!Files.exists(types.resolve(type))) {
      throw new DriverException(
          Reason.NOT_FOUND,
          parent + " offers no mediated devices of type " + type + ".",
          "It offers " + String.join(", ", Sysfs.names(types)) + ".");
    }
    return types.resolve(type);
  }

  private void note() {
    try {
      loans.note(uuid, MADE_BY_US);
    } catch (IOException e) {
      host.log(
          Level.WARNING,
          "It cannot be written down that mediated device "
              + uuid
              + " was made ("
              + e.getMessage()
              + "): if this process is killed, the device stays.");
    }
  }

  /** Removes it, if it was made here; the device must have been closed before. Never throws. */
  void remove() {
    if (uuid == null) {
      return;
    }
    int errno = Sysfs.tryWrite(folder(sysfs, uuid).resolve("remove"), "1");
    if (errno != 0 && Files.exists(folder(sysfs, uuid))) {
      host.log(
          Level.ERROR,
          "Mediated device " + uuid + " could not be removed: " + Errno.name(errno) + ".");
      return;
    }
    try {
      loans.forget(uuid);
    } catch (IOException e) {
      host.log(Level.WARNING, "A note of a device removed remains: " + e.getMessage() + ".");
    }
    uuid = null;
  }
}

package org.vhostdp.driver.mdev.vfio;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The parents of mediated devices on this machine. */
public final class MdevParents {
  private static final Pattern UUID =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

  private static final String FOLDER = "class/mdev_bus";

  private MdevParents() {}

  /** All of them, sorted by name; none where the kernel has no mdev. Needs no privilege. */
  public static List<MdevParent> list() {
    return list(Sysfs.real());
  }

  static List<MdevParent> list(Sysfs sysfs) {
    return list(sysfs.sys());
  }

  /** Those of a tree of devices that is mounted elsewhere than in /sys. */
  public static List<MdevParent> list(Path sys) {
    Path parents = sys.resolve(FOLDER);
    List<MdevParent> list = new ArrayList<>();
    for (String name : Sysfs.names(parents)) {
      Path parent = parents.resolve(name);
      list.add(new MdevParent(name, types(parent), devices(parent)));
    }
    return List.copyOf(list);
  }

  /** The folder with a link for each parent. */
  static Path folder(Sysfs sysfs) {
    return sysfs.sys().resolve(FOLDER);
  }

  private static List<MdevType> types(Path parent) {
    Path types = parent.resolve("mdev_supported_types");
    List<MdevType> list = new ArrayList<>();
    for (String id : Sysfs.names(types)) {
      Path type = types.resolve(id);
      list.add(
          new MdevType(
              id,
              Sysfs.read(type.resolve("name"), ""),
              Sysfs.read(type.resolve("description"), ""),
              Sysfs.read(type.resolve("device_api"), ""),
              Sysfs.number(type.resolve("available_instances"), -1)));
    }
    return list;
  }

  private static List<String> devices(Path parent) {
    return Sysfs.names(parent).stream()
        .filter(name -> UUID.matcher(name).matches() && Files.isDirectory(parent.resolve(name)))
        .toList();
  }
}

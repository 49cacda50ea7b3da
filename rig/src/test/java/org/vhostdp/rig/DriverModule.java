package org.vhostdp.rig;

import java.nio.file.Path;

/** Where the driver modules of this tree keep their tests. */
final class DriverModule {
  /** Limits the classes whose tests run in guests; a regular expression of simple names. */
  private static final String ONLY = System.getProperty("guest.only", ".*");

  private DriverModule() {}

  /** The tests of a driver that need a guest's kernel. */
  static GuestTests tests(String module) {
    return GuestTests.in(tree().resolve(module).resolve("target/test-classes"))
        .classesLike("(.*\\.)?" + ONLY);
  }

  /** The folder of this tree. */
  static Path tree() {
    return Path.of(System.getProperty("vhostdp.tree", "..")).toAbsolutePath().normalize();
  }
}

package org.vhostdp.cli;

import java.lang.module.ModuleDescriptor;

/** The version of this program. */
final class OwnVersion {
  private OwnVersion() {}

  /** As the build has written it into the module. */
  static String text() {
    ModuleDescriptor module = OwnVersion.class.getModule().getDescriptor();
    return module == null ? "(unpacked)" : module.rawVersion().orElse("(unpacked)");
  }
}

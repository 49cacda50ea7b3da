package org.vhostdp.cli;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.vhostdp.dataplane.driver.DriverStore;

/** Where drivers are looked for. */
final class DriverStores {
  private static final String FOLDER = "drivers";

  private DriverStores() {}

  /**
   * The store: folders named by the operator first, then this user's, the machine's, and the
   * program's own. A named folder must exist.
   */
  static DriverStore open(List<Path> named) throws CommandFailed {
    Set<Path> folders = new LinkedHashSet<>();
    for (Path folder : named) {
      if (!Files.isDirectory(folder)) {
        throw new CommandFailed(
            Exit.USAGE, "The driver store " + folder + " is no folder; make it, or leave it out.");
      }
      folders.add(folder.toAbsolutePath().normalize());
    }
    for (Path folder : standard()) {
      if (Files.isDirectory(folder)) {
        folders.add(folder);
      }
    }
    return new DriverStore(List.copyOf(folders));
  }

  private static List<Path> standard() {
    List<Path> folders = new ArrayList<>();
    String data = System.getenv("XDG_DATA_HOME");
    String home = System.getProperty("user.home", "");
    if (data != null && !data.isBlank()) {
      folders.add(Path.of(data, "vhost-dp", FOLDER));
    } else if (!home.isBlank()) {
      folders.add(Path.of(home, ".local", "share", "vhost-dp", FOLDER));
    }
    folders.add(Path.of("/usr/local/lib/vhost-dp", FOLDER));
    Path image = image();
    if (image != null) {
      folders.add(image.resolve(FOLDER));
    }
    return folders;
  }

  /** The folder that the program was installed in, or null. */
  static Path image() {
    String named = System.getProperty("vhostdp.image");
    if (named != null) {
      return Path.of(named);
    }
    // Without the launcher: the jar lies in the image's folder lib.
    URI location =
        ModuleLayer.boot()
            .configuration()
            .findModule(DriverStores.class.getPackageName())
            .flatMap(module -> module.reference().location())
            .orElse(null);
    if (location == null || !"file".equals(location.getScheme())) {
      return null;
    }
    Path lib = Path.of(location).getParent();
    return lib == null ? null : lib.getParent();
  }
}

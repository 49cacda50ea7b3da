package org.vhostdp.cli;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.vhostdp.attest.TrustLevel;
import org.vhostdp.cli.config.DriverPolicy;
import org.vhostdp.cli.control.RuntimeFolder;
import org.vhostdp.cli.tck.TrustFolder;
import org.vhostdp.store.DriverStore;
import org.vhostdp.store.InstalledDrivers;
import org.vhostdp.store.TrustPolicy;

/** Where drivers are looked for, and where they are installed. */
public final class DriverStores {
  private static final String FOLDER = "drivers";
  private static final Path MACHINE = Path.of("/var/lib/vhost-dp");

  private DriverStores() {}

  /** No level is required; keys of the standard trust folder are known. */
  public static TrustPolicy anyTrust() {
    return new TrustPolicy(TrustLevel.NONE, TrustFolder.standard());
  }

  /** What a configuration asks of drivers. */
  static TrustPolicy trust(DriverPolicy policy) {
    Path folder = policy.trust() == null ? TrustFolder.standard() : policy.trust();
    return new TrustPolicy(policy.minimum(), folder);
  }

  /**
   * The store: folders named by the operator first, then drivers that were installed, then folders
   * of the machine and the program's own. A named folder must exist.
   *
   * @param data the data folder; null for the standard ones
   */
  public static DriverStore open(List<Path> named, Path data, TrustPolicy policy)
      throws CommandFailed {
    Set<Path> folders = new LinkedHashSet<>();
    for (Path folder : named) {
      if (!Files.isDirectory(folder)) {
        throw new CommandFailed(
            Exit.USAGE, "The driver store " + folder + " is no folder; make it, or leave it out.");
      }
      folders.add(folder.toAbsolutePath().normalize());
    }
    List<InstalledDrivers> installed =
        (data == null ? dataFolders() : List.of(data)).stream().map(InstalledDrivers::new).toList();
    return new DriverStore(List.copyOf(folders), installed, builtIn(), policy);
  }

  /** This user's data folder, and the machine's; root has only the latter. */
  static List<Path> dataFolders() {
    List<Path> folders = new ArrayList<>();
    if (RuntimeFolder.outerUser() != 0) {
      String data = System.getenv("XDG_DATA_HOME");
      String home = System.getProperty("user.home", "");
      if (data != null && !data.isBlank()) {
        folders.add(Path.of(data, "vhost-dp"));
      } else if (!home.isBlank()) {
        folders.add(Path.of(home, ".local", "share", "vhost-dp"));
      }
    }
    folders.add(MACHINE);
    return folders;
  }

  private static List<Path> builtIn() {
    List<Path> folders = new ArrayList<>();
    folders.add(Path.of("/usr/local/lib/vhost-dp", FOLDER));
    Path image = image();
    if (image != null) {
      folders.add(image.resolve(FOLDER));
    }
    return folders.stream().filter(Files::isDirectory).toList();
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

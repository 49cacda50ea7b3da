package org.vhostdp.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.vhostdp.bench.SuiteOptions;

/** A revision of this repository in a folder of its own, built. */
final class Checkout implements AutoCloseable {
  /** Null if it was built elsewhere. */
  private final Path folder;

  private final Path launcher;

  private Checkout(Path folder, Path launcher) {
    this.folder = folder;
    this.launcher = launcher;
  }

  /**
   * Checks a revision out and builds its image.
   *
   * @param revision as git knows it, or the folder of an image
   * @throws IOException with the end of what git or the build printed
   */
  static Checkout of(String revision, SuiteOptions options)
      throws IOException, InterruptedException {
    Path built = Path.of(revision, "bin", "vhost-dp");
    if (Files.isExecutable(built)) {
      return new Checkout(null, built);
    }
    Path folder = Files.createTempDirectory("vdpguard");
    Path image = folder.resolve("tree/dist/target/vhost-dp/bin/vhost-dp");
    Checkout checkout = new Checkout(folder, image);
    try {
      options.progress("building %s ...", revision);
      Path tree = checkout.tree();
      run(Path.of(""), List.of("git", "worktree", "add", "--detach", tree.toString(), revision));
      run(tree, List.of("./build", "package", "--quiet"));
      return checkout;
    } catch (IOException | InterruptedException e) {
      checkout.close();
      throw e;
    }
  }

  private Path tree() {
    return folder.resolve("tree");
  }

  Path launcher() {
    return launcher;
  }

  private static void run(Path where, List<String> command)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .directory(where.toAbsolutePath().toFile())
            .redirectErrorStream(true)
            .start();
    String text = new String(process.getInputStream().readAllBytes()).strip();
    if (process.waitFor() != 0) {
      throw new IOException(
          "\"%s\" failed: %s"
              .formatted(
                  String.join(" ", command), text.substring(Math.max(0, text.length() - 1500))));
    }
  }

  @Override
  public void close() throws IOException {
    if (folder == null) {
      return;
    }
    if (Files.exists(tree())) {
      try {
        run(Path.of(""), List.of("git", "worktree", "remove", "--force", tree().toString()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("\"" + tree() + "\" was left behind: interrupted.", e);
      }
    }
    Files.deleteIfExists(folder);
  }
}

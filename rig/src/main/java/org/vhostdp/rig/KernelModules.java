package org.vhostdp.rig;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.vhostdp.guest.machine.GuestKernel;

/** Modules of the kernel's sources that the distribution does not build, such as its samples. */
final class KernelModules {
  private static final long LIMIT_SECONDS = 300;

  private KernelModules() {}

  /**
   * Builds modules of one source file each for a guest's kernel, here, with this machine's
   * compiler; they are kept beside the kernel.
   *
   * @param folder of the sources, such as {@code samples/vfio-mdev}
   * @param names of the modules, without an ending
   * @param more files that they include
   * @return the modules' files, in the order of the names
   * @throws IOException with a sentence that says what is missing: network, compiler
   */
  static List<Path> build(
      GuestKernel kernel,
      String folder,
      List<String> names,
      List<String> more,
      Consumer<String> progress)
      throws IOException, InterruptedException {
    Path kept = GuestKernel.folder().resolve("built").resolve(kernel.release());
    List<Path> modules = names.stream().map(name -> kept.resolve(name + ".ko")).toList();
    if (modules.stream().allMatch(Files::exists)) {
      return modules;
    }
    Path headers = kernel.headers(progress);
    List<String> files =
        Stream.concat(names.stream().map(name -> name + ".c"), more.stream()).toList();
    Path source = kernel.source(folder, files, progress);
    Path work = Files.createTempDirectory("modules-");
    try {
      for (String file : files) {
        Files.copy(source.resolve(file), work.resolve(file));
      }
      String objects = names.stream().map(name -> name + ".o").collect(Collectors.joining(" "));
      Files.writeString(work.resolve("Makefile"), "obj-m := " + objects + "\n");
      progress.accept("building " + String.join(", ", names));
      make(headers, work);
      Files.createDirectories(kept);
      for (Path module : modules) {
        Path built = work.resolve(module.getFileName());
        Files.move(built, module, StandardCopyOption.REPLACE_EXISTING);
      }
    } finally {
      Folders.delete(work);
    }
    return modules;
  }

  private static void make(Path headers, Path work) throws IOException, InterruptedException {
    List<String> command = List.of("make", "-C", headers.toString(), "M=" + work, "modules");
    Path log = work.resolve("log");
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    } catch (IOException noMake) {
      throw new IOException(
          "Kernel modules are built with make and gcc, and there is no make: apt-get install make"
              + " gcc.",
          noMake);
    }
    boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
    if (!ended) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    if (!ended || process.exitValue() != 0) {
      String said = Files.readString(log, StandardCharsets.UTF_8).strip();
      throw new IOException("Kernel modules could not be built against " + headers + ": " + said);
    }
  }
}

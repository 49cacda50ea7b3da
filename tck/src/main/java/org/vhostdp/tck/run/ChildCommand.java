package org.vhostdp.tck.run;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The command line of a process like this one with another program: the same Java, options, module
 * path and class path. The kit runs as a module if it is one here.
 */
final class ChildCommand {
  private static final List<Path> SESSION_MAKERS =
      List.of(Path.of("/usr/bin/setsid"), Path.of("/bin/setsid"));

  private ChildCommand() {}

  /**
   * @param main a class of the kit
   * @param plan whose harness's module the process must have too
   * @param folder for what Java writes when it crashes
   */
  static List<String> of(String main, HarnessPlan plan, Path folder) {
    List<String> words = new ArrayList<>();
    // A session of its own: what a driver starts is found by it, even after its parent has died.
    sessionMaker().ifPresent(program -> words.add(program.toString()));
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (isInherited(option)) {
        words.add(option);
      }
    }
    words.add("-XX:ErrorFile=" + folder.resolve("crash-%p.log"));
    words.add("-XX:-CreateCoredumpOnCrash");
    String classPath = System.getProperty("java.class.path", "");
    if (!classPath.isEmpty()) {
      words.addAll(List.of("--class-path", absolute(classPath)));
    }
    Module kit = ChildCommand.class.getModule();
    if (kit.isNamed()) {
      words.addAll(modules(plan, kit.getName()));
      words.addAll(List.of("--module", kit.getName() + "/" + main));
    } else {
      words.add(main);
    }
    return words;
  }

  private static List<String> modules(HarnessPlan plan, String kit) {
    List<String> words = new ArrayList<>();
    if (!plan.module().isEmpty() && !plan.module().equals(kit)) {
      String home = plan.type().substring(0, plan.type().lastIndexOf('.'));
      words.addAll(List.of("--add-modules", plan.module()));
      words.addAll(List.of("--add-opens", plan.module() + "/" + home + "=" + kit));
    }
    return words;
  }

  /** Options that would disturb a second process: a debugger's port, a cache being written. */
  private static boolean isInherited(String option) {
    return !option.startsWith("-agentlib:jdwp")
        && !option.startsWith("-Xrunjdwp")
        && !option.startsWith("-Xdebug")
        && !option.startsWith("-XX:AOTCacheOutput")
        && !option.startsWith("-XX:AOTMode")
        && !option.startsWith("-XX:ErrorFile")
        && !option.startsWith("-Djdk.module.main")
        && !option.startsWith("-Djava.class.path");
  }

  private static String absolute(String path) {
    List<String> entries = new ArrayList<>();
    for (String entry : path.split(File.pathSeparator)) {
      entries.add(Path.of(entry).toAbsolutePath().toString());
    }
    return String.join(File.pathSeparator, entries);
  }

  /** The program of util-linux that begins a session, if it is there. */
  static Optional<Path> sessionMaker() {
    return SESSION_MAKERS.stream().filter(Files::isExecutable).findFirst();
  }
}

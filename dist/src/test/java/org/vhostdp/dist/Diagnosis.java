package org.vhostdp.dist;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.opentest4j.TestAbortedException;
import org.vhostdp.attest.json.Json;
import org.vhostdp.cli.control.ControlClient;
import org.vhostdp.guest.machine.GuestMachine;

/** Prints what the programs and guests of the open labs said, when a test fails. */
final class Diagnosis
    implements AfterTestExecutionCallback, LifecycleMethodExecutionExceptionHandler {
  private static final int MOST_BYTES = 8192;

  /** For JUnit. */
  Diagnosis() {}

  @Override
  public void afterTestExecution(ExtensionContext context) throws IOException {
    if (context.getExecutionException().filter(Diagnosis::isFailure).isPresent()) {
      print(context.getDisplayName());
    }
  }

  @Override
  public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    if (isFailure(failure)) {
      print(context.getDisplayName());
    }
    throw failure;
  }

  private static boolean isFailure(Throwable thrown) {
    return !(thrown instanceof TestAbortedException);
  }

  private static void print(String test) throws IOException {
    for (Lab lab : Lab.OPEN) {
      System.out.println("--- " + test + ", in " + lab.folder());
      for (Path control : files(lab, VhostDp.CONTROL + "*")) {
        System.out.println(status(control));
      }
      List<Path> logs = files(lab, Lab.LOG + "*");
      // What was started first is the dataplane; of the others the last one matters.
      for (Path log : logs.size() > 2 ? List.of(logs.getFirst(), logs.getLast()) : logs) {
        System.out.println("--- " + log.getFileName() + ":\n" + end(log));
      }
      for (GuestMachine guest : lab.guests()) {
        String said = guest.console();
        String end = said.substring(Math.max(0, said.length() - MOST_BYTES));
        System.out.println("--- console of guest " + guest.pid() + ":\n" + end);
      }
    }
  }

  private static List<Path> files(Lab lab, String pattern) throws IOException {
    List<Path> found = new ArrayList<>();
    try (var files = Files.newDirectoryStream(lab.folder(), pattern)) {
      files.forEach(found::add);
    }
    found.sort(Comparator.comparing(Path::toString));
    return found;
  }

  private static String end(Path log) throws IOException {
    byte[] all = Files.readAllBytes(log);
    int from = Math.max(0, all.length - MOST_BYTES);
    return new String(all, from, all.length - from, StandardCharsets.UTF_8);
  }

  private static String status(Path control) {
    try {
      return Json.line(ControlClient.status(control));
    } catch (IOException gone) {
      return gone.getMessage();
    }
  }
}

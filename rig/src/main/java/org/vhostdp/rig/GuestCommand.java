package org.vhostdp.rig;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.vhostdp.guest.machine.CommandResult;
import org.vhostdp.guest.machine.QemuGuest;

/** Runs a command in a guest: what {@code ./build guest} calls. */
public final class GuestCommand {
  private static final int NO_GUEST = 3;

  private GuestCommand() {}

  /** Ends with the command's own status; 2 for wrong usage, 3 where no guest can start. */
  public static void main(String[] arguments) throws InterruptedException {
    int status;
    try {
      GuestOptions options = GuestOptions.read(List.of(arguments));
      status = run(options);
    } catch (IllegalArgumentException wrong) {
      say(wrong.getMessage());
      status = 2;
    } catch (IOException failure) {
      say(failure.getMessage());
      status = NO_GUEST;
    }
    System.exit(status);
  }

  private static int run(GuestOptions options) throws IOException, InterruptedException {
    Optional<String> missing = QemuGuest.unavailable();
    if (missing.isPresent()) {
      throw new IOException(missing.get());
    }
    boolean shell = options.command().isEmpty();
    GuestPlan plan = shell ? GuestTerminal.in(options.plan()) : options.plan();
    Path reports =
        options.reports() == null ? Files.createTempDirectory("guest-reports-") : options.reports();
    try (KernelGuest guest = KernelGuest.boot(plan, reports, GuestCommand::say)) {
      double seconds = guest.machine().bootTime().toMillis() / 1000.0;
      say("Linux %s, up in %.1f s".formatted(guest.machine().kernelRelease(), seconds));
      Path here = Path.of("").toAbsolutePath();
      guest.see(Path.of(System.getProperty("java.home")));
      if (shell) {
        return GuestTerminal.shell(guest, here, options.limit());
      }
      String words = String.join(" ", quoted(options.command()));
      CommandResult result = guest.run(words, here, options.limit(), System.out);
      System.out.flush();
      if (result.status() == CommandResult.TIMED_OUT) {
        say("ended after " + options.limit().toSeconds() + " s; --limit allows more");
      }
      return result.status();
    } finally {
      if (options.reports() == null) {
        Folders.delete(reports);
      }
    }
  }

  /** One word is a shell's command line, several are a program and its arguments. */
  private static List<String> quoted(List<String> command) {
    return command.size() == 1
        ? command
        : command.stream().map(KernelGuest::quoted).collect(Collectors.toList());
  }

  static void say(String line) {
    System.err.println("guest: " + line);
  }

  /** The whole limit of a guest whose command has this one. */
  static Duration lifetime(Duration limit) {
    return limit.plusMinutes(3);
  }
}

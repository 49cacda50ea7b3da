package org.vhostdp.guest.machine;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * A booted Linux guest that runs commands.
 *
 * <p>The guest sees this machine's file system, read-only, as its own; {@code /tmp} and {@code
 * /run} are empty and writable, and {@code /run/host} shows the host's tree unhidden. Commands run
 * as the guest's root. Kernel modules load with {@code modprobe -d /run/modules NAME}.
 *
 * <p>Every method may be called from any thread. Commands run one after another; those that find
 * another one running wait for it.
 */
public interface GuestMachine extends AutoCloseable {
  /**
   * Runs a command, or a whole script, with bash in {@code /}, its standard input empty, and waits
   * for its end. What it starts in the background lives on; the output of such processes is lost
   * once the command has ended, unless it is sent to a file.
   *
   * @param limit after which the guest ends the command, rounded up to milliseconds; the result
   *     then has the status {@link CommandResult#TIMED_OUT}
   * @throws IOException if the guest ended, restarted or did not answer in 15 s past the limit; the
   *     message ends with the console's last lines
   */
  CommandResult run(String command, Duration limit) throws IOException, InterruptedException;

  /**
   * As {@link #run(String, Duration)}, its output handed over as it is written, on a thread of the
   * guest's. User-mode Linux hands it over at the end.
   *
   * @param output gets the bytes of standard output and standard error; is neither flushed nor
   *     closed. One that is slow slows the command down
   * @return the result, its output empty
   * @throws IOException as there, or what the output threw first, once the command has ended
   */
  CommandResult run(String command, Duration limit, OutputStream output)
      throws IOException, InterruptedException;

  /**
   * Restarts the guest's kernel in the same virtual machine and waits until commands run again. A
   * user-mode Linux closes its vhost-user connection and makes a new one; QEMU keeps its own.
   *
   * @param limit for all of it
   * @throws IOException if the guest ended or did not come back in time
   * @throws IllegalStateException if the guest was not {@linkplain GuestSpec#rebootable started for
   *     it}
   */
  void reboot(Duration limit) throws IOException, InterruptedException;

  /**
   * Hands over each line of the guest's console and of its hypervisor's messages: first those that
   * {@link #console()} still holds, then each new one as it comes, on the thread that reads the
   * console. A consumer that throws gets no more lines.
   */
  void onConsole(Consumer<String> line);

  /** The console's last lines, at most 64 Ki characters. */
  String console();

  /** The kernel's release, as uname -r says it. */
  String kernelRelease();

  /** From starting the process to the first moment a command could run. */
  Duration bootTime();

  /** Whether the guest's process still runs. */
  boolean alive();

  /** Process id of the hypervisor: QEMU, or user-mode Linux itself. */
  long pid();

  /**
   * Kills every process of the guest and deletes its files. Further calls do nothing. Commands that
   * wait in other threads end with an IOException.
   */
  @Override
  void close();
}

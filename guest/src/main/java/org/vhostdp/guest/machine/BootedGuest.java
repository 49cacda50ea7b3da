package org.vhostdp.guest.machine;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.vhostdp.guest.machine.Messages.Done;
import org.vhostdp.guest.machine.Messages.Ended;
import org.vhostdp.guest.machine.Messages.Message;
import org.vhostdp.guest.machine.Messages.Ready;

/** A guest of either kind: its processes, its console, its command channel. */
final class BootedGuest implements GuestMachine {
  private static final Duration GRACE = Duration.ofSeconds(15);
  private static final Duration THREADS_END = Duration.ofSeconds(2);

  private final String name;
  private final GuestFolder folder;
  private final CommandStream stream;
  private final String token;
  private final boolean rebootable;
  private final GuestProcess process;
  private final Console console = new Console();
  private final Messages messages;
  private final Thread consoleReader;
  private final Thread messageReader;
  private final Thread hook;
  private final ReentrantLock oneCommand = new ReentrantLock();
  private final AtomicBoolean closed = new AtomicBoolean();
  private long lastId;
  private long pid;
  private volatile String release;
  private Duration bootTime;

  private BootedGuest(
      String name, GuestFolder folder, String token, boolean rebootable, GuestProcess process) {
    this.name = name;
    this.folder = folder;
    this.token = token;
    stream = new CommandStream(folder.path());
    this.rebootable = rebootable;
    this.process = process;
    messages = new Messages(token);
    Process streams = process.streams();
    consoleReader = reader("guest-console", () -> console.follow(streams.getErrorStream()));
    messageReader = reader("guest-messages", () -> messages.follow(streams.getInputStream()));
    hook = new Thread(this::end, "guest-shutdown");
    try {
      Runtime.getRuntime().addShutdownHook(hook);
    } catch (IllegalStateException e) {
      // This process is ending already: the guest must not outlive it.
      end();
      throw e;
    }
  }

  private static Thread reader(String name, Runnable work) {
    return Thread.ofPlatform().name(name).daemon().start(work);
  }

  /**
   * Starts the command in the folder, which from here on belongs to the guest, and waits until the
   * guest's init answers.
   */
  static BootedGuest boot(
      String name,
      GuestFolder folder,
      String token,
      GuestSpec spec,
      List<String> command,
      Map<String, String> environment)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    GuestProcess process;
    try {
      process = GuestProcess.start(command, environment, folder.path(), spec.lifetime());
    } catch (IOException failure) {
      folder.delete();
      throw failure;
    }
    BootedGuest guest = new BootedGuest(name, folder, token, spec.rebootable(), process);
    boolean booted = false;
    try {
      guest.awaitReady(start + spec.bootLimit().toNanos(), spec.bootLimit());
      guest.bootTime = Duration.ofNanos(System.nanoTime() - start);
      guest.pid = process.pid().orElseThrow(() -> new IOException(name + " wrote no process id."));
      booted = true;
      return guest;
    } finally {
      if (!booted) {
        guest.close();
      }
    }
  }

  private void awaitReady(long deadline, Duration limit) throws IOException, InterruptedException {
    for (; ; ) {
      Message message = messages.next(deadline - System.nanoTime());
      switch (message) {
        case null ->
            throw failure("did not get ready for commands in " + limit.toMillis() + " ms.");
        case Ended ended -> throw ended(ended, "before it was ready for commands");
        case Ready ready -> {
          release = ready.release();
          return;
        }
        // the answer to a command that nobody waits for any more
        case Done late -> lastId = Math.max(lastId, late.id());
      }
    }
  }

  @Override
  public CommandResult run(String command, Duration limit)
      throws IOException, InterruptedException {
    oneCommand.lockInterruptibly();
    try {
      long start = System.nanoTime();
      return done(command, send(command, limit, ""), start, limit);
    } finally {
      oneCommand.unlock();
    }
  }

  @Override
  public CommandResult run(String command, Duration limit, OutputStream output)
      throws IOException, InterruptedException {
    if (!stream.offered()) {
      CommandResult result = run(command, limit);
      output.write(result.output().getBytes(StandardCharsets.UTF_8));
      return new CommandResult(result.status(), "", result.took());
    }
    oneCommand.lockInterruptibly();
    try {
      long start = System.nanoTime();
      String mark = token + "." + (lastId + 1);
      CommandStream.Copy copy = stream.copy(output, mark);
      try {
        CommandResult result = done(command, send(command, limit, " " + mark), start, limit);
        copy.await(GRACE);
        return result;
      } catch (IOException failure) {
        copy.settle(THREADS_END);
        throw failure;
      }
    } finally {
      oneCommand.unlock();
    }
  }

  private CommandResult done(String command, long id, long start, Duration limit)
      throws IOException, InterruptedException {
    long deadline = start + limit.plus(GRACE).toNanos();
    for (; ; ) {
      Message message = messages.next(deadline - System.nanoTime());
      switch (message) {
        case null -> throw failure("did not answer the command \"" + brief(command) + "\".");
        case Ended ended -> throw ended(ended, "during the command \"" + brief(command) + "\"");
        case Ready ready -> {
          release = ready.release();
          throw failure("restarted during the command \"" + brief(command) + "\".");
        }
        case Done done -> {
          if (done.id() == id) {
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            return new CommandResult(done.status(), done.output(), took);
          }
        }
      }
    }
  }

  @Override
  public void reboot(Duration limit) throws IOException, InterruptedException {
    if (!rebootable) {
      throw new IllegalStateException(
          "This guest was started to end when it restarts; start it with GuestSpec.withReboots().");
    }
    oneCommand.lockInterruptibly();
    try {
      long deadline = System.nanoTime() + limit.toNanos();
      send(Resources.text("reboot.sh"), limit, "");
      awaitReady(deadline, limit);
    } finally {
      oneCommand.unlock();
    }
  }

  private long send(String command, Duration limit, String mark) throws IOException {
    if (closed.get()) {
      throw new IOException("The guest was closed.");
    }
    long id = ++lastId;
    long millis = Math.max(1, limit.toMillis()); // timeout(1) takes 0 for no limit
    String seconds = "%d.%03d".formatted(millis / 1000, millis % 1000);
    // Short requests only: user-mode Linux can lose its console's input beyond 4 KiB at a time.
    String request = id + " " + seconds + mark + "\n";
    try {
      folder.writeCommand(id, command);
      OutputStream out = process.streams().getOutputStream();
      out.write(request.getBytes(StandardCharsets.US_ASCII));
      out.flush();
    } catch (IOException failure) {
      throw new IOException(name + " takes no commands: it ended." + console.lastWords(), failure);
    }
    return id;
  }

  private static String brief(String command) {
    String line = command.strip().lines().findFirst().orElse("");
    return line.length() > 80 ? line.substring(0, 77) + "..." : line;
  }

  private IOException failure(String what) {
    return new IOException(name + " " + what + console.lastWords());
  }

  private IOException ended(Ended ended, String when) throws InterruptedException {
    if (!closed.get()) {
      // what it said last is still on its way
      consoleReader.join(THREADS_END);
    }
    return failure("ended " + when + ". " + ended.why());
  }

  @Override
  public void onConsole(Consumer<String> line) {
    console.listen(line);
  }

  @Override
  public String console() {
    return console.tail();
  }

  @Override
  public String kernelRelease() {
    return release;
  }

  @Override
  public Duration bootTime() {
    return bootTime;
  }

  @Override
  public boolean alive() {
    return !closed.get() && process.alive();
  }

  @Override
  public long pid() {
    return pid;
  }

  @Override
  public void close() {
    if (end()) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException ending) {
        System.getLogger(BootedGuest.class.getName())
            .log(System.Logger.Level.DEBUG, "The hook runs already: the JVM ends", ending);
      }
    }
  }

  /** Whether this call was the one that ended it. */
  private boolean end() {
    if (!closed.compareAndSet(false, true)) {
      return false;
    }
    process.kill();
    boolean interrupted = Thread.interrupted();
    try {
      process.streams().getOutputStream().close();
      consoleReader.join(THREADS_END);
      messageReader.join(THREADS_END);
      stream.close();
      folder.delete();
    } catch (InterruptedException again) {
      interrupted = true;
    } catch (IOException failure) {
      throw new UncheckedIOException("The guest's folder could not be deleted", failure);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    return true;
  }
}

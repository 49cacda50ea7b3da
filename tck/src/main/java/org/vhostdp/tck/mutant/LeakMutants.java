package org.vhostdp.tck.mutant;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Mapping;
import org.vhostdp.linux.Memfd;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortConfig;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.tck.rules.Numbers;

/** Drivers that leave something behind. */
final class LeakMutants {
  private static final int BYTES = 4096;

  private LeakMutants() {}

  static List<Mutant> mutants() {
    return List.of(
        leak(
            "LEAK-1",
            "opens a file and forgets it",
            "descriptors were still open",
            Numbers.DESCRIPTOR_LENGTH,
            port -> openFile()),
        leak(
            "LEAK-2",
            "maps memory and forgets it",
            "more was mapped than before",
            Numbers.MAPPING_LENGTH,
            port -> map()),
        leak(
            "LEAK-3",
            "leaves a file",
            "a closed port left outside the process",
            Numbers.OUTSIDE_LENGTH,
            port -> leaveFile()),
        leak(
            "LEAK-4",
            "keeps its ports in a list",
            "something still holds a port",
            Numbers.GARBAGE_LENGTH,
            Litter::hold),
        leak(
            "LEAK-5",
            "keeps an object of the driver's in a list of the host's",
            "something still holds the module layer",
            Numbers.LAYER_LENGTH,
            port -> Litter.hold(port.port)),
        new Mutant(
            "LEAK-6",
            "guards its device by a file that outlives the process",
            "the device of a killed process did not open again",
            driver -> new Locking(swept(driver))));
  }

  /** Nothing that mutants before this one left is in the way. */
  private static Driver swept(Driver driver) {
    Litter.sweep();
    return driver;
  }

  private static Mutant leak(
      String rule, String name, String says, int length, Consumer<SamePort> leak) {
    UnaryOperator<Driver> breaks = Wraps.ports(sound -> new Leaking(sound, length, leak));
    return new Mutant(rule, name, says, driver -> breaks.apply(swept(driver)));
  }

  /** Leaves something behind when a frame of a certain length passes. */
  private static final class Leaking extends SamePort {
    private final int length;
    private final Consumer<SamePort> leak;

    Leaking(Port port, int length, Consumer<SamePort> leak) {
      super(port);
      this.length = length;
      this.leak = leak;
    }

    @Override
    TxQueue wrap(TxQueue queue, int index) {
      return new OnLength(queue, length, () -> leak.accept(this));
    }
  }

  private static void openFile() {
    try {
      Litter.leave(FileChannel.open(Path.of("/dev/null")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void map() {
    try (Fd file = Memfd.create("forgotten", BYTES)) {
      Litter.leave(Mapping.shared(file.raw(), 0, BYTES, Mapping.READ));
    } catch (LinuxException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void leaveFile() {
    try {
      Path file = Files.createTempFile("vhost-dp-trace-", ".lock");
      Litter.leave(() -> Files.deleteIfExists(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Refuses a device whose file is there, and deletes the file only when a port is closed. */
  private static final class Locking extends SameDriver {
    Locking(Driver driver) {
      super(driver);
    }

    @Override
    public Port open(PortConfig config, Host host) throws DriverException {
      Path lock = lock(config);
      if (Files.exists(lock)) {
        throw new DriverException(
            Reason.BUSY, "The file " + lock + " says that the device is in use.", "Delete it.");
      }
      Port sound = super.open(config, host);
      try {
        Files.createFile(lock);
        Litter.leave(() -> Files.deleteIfExists(lock));
      } catch (IOException e) {
        sound.close();
        throw new UncheckedIOException(e);
      }
      return new SamePort(sound) {
        @Override
        public void close() {
          try {
            Files.deleteIfExists(lock);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          } finally {
            port.close();
          }
        }
      };
    }

    private static Path lock(PortConfig config) {
      String name = "vhost-dp-lock-" + ProcessHandle.current().pid() + "-";
      return Path.of(
          System.getProperty("java.io.tmpdir"), name + Integer.toHexString(device(config)));
    }

    private static int device(PortConfig config) {
      return config.toString().hashCode();
    }
  }
}

package org.vhostdp.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a driver needs of the machine, and what an operator is told who lacks it. */
class NativeLibrariesTest {
  @TempDir private Path folder;

  private DriverDescriptor described(String more) throws IOException, DriverRefused {
    String keys = "id=x\nversion=1.0.0\nmodule=m.x\nspi=[1.0,2.0)\n" + more + "\n";
    Files.writeString(folder.resolve(DriverDescriptor.FILE), keys);
    return DriverDescriptor.read(folder);
  }

  private String refusal(String more) throws Exception {
    DriverDescriptor d = described(more);
    return assertThrows(DriverRefused.class, () -> NativeLibraries.check(d)).getMessage();
  }

  @Test
  void whatIsNamedIsRead() throws Exception {
    DriverDescriptor d =
        described(
            "libraries=libone.so.1, libtwo.so.2\npackages=libone.so.1:libone1\n"
                + "privileges=CAP_NET_RAW CAP_BPF");
    assertEquals(List.of("libone.so.1", "libtwo.so.2"), d.libraries());
    assertEquals(Map.of("libone.so.1", "libone1"), d.packages());
    assertEquals(Optional.of(List.of("CAP_NET_RAW", "CAP_BPF")), d.privileges());
    assertEquals(Optional.empty(), described("").privileges());
    assertEquals(Optional.of(List.of()), described("privileges=").privileges());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "libraries=../libc.so.6",
        "packages=libone1",
        "packages=libone.so.1:",
        "packages=libone.so.1:a b;c",
        "privileges=root"
      })
  void whatIsNoNameIsRefused(String line) {
    String message = assertThrows(DriverRefused.class, () -> described(line)).getMessage();
    assertTrue(message.startsWith("In " + folder), message);
  }

  @Test
  void whatTheMachineHasIsFound() throws Exception {
    NativeLibraries.check(described("libraries=libc.so.6"));
    Path lib = Files.createDirectories(folder.resolve("lib"));
    Files.writeString(lib.resolve("libown.so.1"), "");
    NativeLibraries.check(described("libraries=libown.so.1"));
  }

  @Test
  void thePackageOfWhatIsMissingIsNamed() throws Exception {
    String message =
        refusal(
            "libraries=libc.so.6 libnone.so.9 libnil.so.7\n"
                + "packages=libc.so.6:libc6 libnone.so.9:libnone9 libnil.so.7:libnil7");
    assertEquals(
        "The driver x 1.0.0 needs the shared libraries libnil.so.7, libnone.so.9, which this"
            + " machine does not have. Install them (Debian: apt install libnil7 libnone9), or name"
            + " its folder in LD_LIBRARY_PATH.",
        message);
  }

  @Test
  void withoutAPackageTheLibraryIsNamed() throws Exception {
    String message = refusal("libraries=libnone.so.9");
    assertTrue(message.contains("Install the system's package that has it, or"), message);
    assertFalse(message.contains("apt"), message);
  }

  @Test
  void anotherInterfaceOfTheLibraryIsNamed() throws Exception {
    String message = refusal("libraries=libc.so.66");
    assertTrue(message.contains("does not have. It has libc.so.6. Install"), message);
  }
}

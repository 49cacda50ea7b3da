package org.vhostdp.attest;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Why a file could not be read or written, in words. */
final class Reason {
  private Reason() {}

  /** The reason, without a full stop. */
  static String of(IOException e) {
    String words =
        switch (e) {
          case NoSuchFileException missing -> "there is none";
          case AccessDeniedException denied -> "access is denied";
          case FileAlreadyExistsException there -> "it exists already";
          case NotDirectoryException file -> "it is no folder";
          case FileSystemException f when f.getReason() != null -> f.getReason();
          default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    return Printable.of(words.endsWith(".") ? words.substring(0, words.length() - 1) : words);
  }
}

package dev.poolpass

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.io.File

/** Rules that the sources themselves follow. */
class SourcesTest {
    private val folder = File(System.getProperty("poolpass.root"), "bindings/kotlin")

    @Test
    fun `the README's examples are those that are compiled`() {
        val sources = listOf("src/test/kotlin/dev/poolpass", "android-passkeys/src/test/kotlin/dev/poolpass/android")
        val compiled = sources.joinToString("\n") { withoutIndent(folder.resolve("$it/ReadmeExample.kt").readText()) }
        val shown = folder.resolve("README.md").readText().split("```kotlin\n").drop(1).map { it.substringBefore("```") }
        assertTrue(shown.size > 5)
        assertEquals(emptyList<String>(), shown.filter { withoutIndent(it) !in compiled })
    }

    private fun withoutIndent(text: String): String = text.lines().joinToString("\n") { it.trim() }.trim()

    @Test
    fun `what the README tells Android apps to add has the versions of the build`() {
        val (readme, pom) = listOf("README.md", "pom.xml").map { folder.resolve(it).readText() }
        fun version(of: String) = pom.substringAfter("<$of.version>").substringBefore("<")
        assertTrue("`net.java.dev.jna:jna:${version("jna")}@aar`" in readme)
        assertTrue("`org.jetbrains.kotlinx:kotlinx-coroutines-android:${version("coroutines")}`" in readme)
    }

    @Test
    fun `every public item says what it is`() {
        val files = folder.resolve("src/main").walk().filter { it.extension == "kt" }.toList()
        assertTrue(files.size > 10)
        assertEquals(emptyList<String>(), files.flatMap { file -> undocumented(file.readText()).map { "${file.name}: $it" } })
        val careless = "package x\n\nclass Open {\n    /** Said. */\n    fun said() = 1\n\n    fun unsaid() = 2\n\n    private fun own() = 3\n}\n"
        assertEquals(listOf("class Open {", "fun unsaid() = 2"), undocumented(careless))
    }

    /** The public declarations without a comment before them. Properties of constructors are in the class's comment. */
    private fun undocumented(source: String): List<String> {
        val lines = source.lines()
        val hidden = mutableListOf<Int>()
        return lines.indices.filter { index ->
            val line = lines[index]
            val depth = line.length - line.trimStart().length
            hidden.removeAll { it >= depth && line.isNotBlank() }
            val isHidden = HIDDEN.containsMatchIn(line) && DECLARATION.containsMatchIn(line.replace(HIDDEN, ""))
            if (isHidden && line.endsWith("{")) hidden += depth
            val isPublic = DECLARATION.containsMatchIn(line) && !line.contains("override ") && hidden.isEmpty() && depth in setOf(0, 4)
            var before = index - 1
            while (before >= 0 && lines[before].trim().startsWith("@")) before -= 1
            isPublic && !lines.getOrElse(before) { "" }.trim().endsWith("*/") && !isProperty(lines, index)
        }.map { lines[it].trim() }
    }

    /** A property whose class documents it with @property. */
    private fun isProperty(lines: List<String>, index: Int): Boolean {
        val name = Regex("^\\s*val (\\w+)").find(lines[index])?.groupValues?.get(1) ?: return false
        return lines.take(index).any { Regex("\\* @property $name\\b").containsMatchIn(it) }
    }

    private companion object {
        val HIDDEN = Regex("\\b(private|internal) ")
        val DECLARATION =
            Regex("^\\s*(@\\w+ )*((sealed|data|value|fun|suspend|infix|operator|inline|const|open|abstract) )*(class|interface|object|fun|val|var|typealias|companion object)\\b")
    }
}

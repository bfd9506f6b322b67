import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.StandardCopyOption

// The archetype's files hold every template in a folder of its own; the chosen one becomes the project.
Path project = Path.of(request.outputDirectory, request.artifactId)
String template = request.properties['template']

void delete(Path folder) {
    folder.toFile().deleteDir()
}

// Parameters given on the command line are not checked by the archetype plugin.
[template: /minimal|gated-slots/, mechanism: /[a-z0-9]+(-[a-z0-9]+)*/, classPrefix: /[A-Z][A-Za-z0-9]*/].each { key, pattern ->
    String value = request.properties[key]
    if (!(value ==~ pattern)) {
        delete(project)
        throw new IllegalArgumentException("${key}: expected ${pattern}, got '${value}'")
    }
}

Path chosen = project.resolve(template)
['src', 'README.md'].each { Files.move(chosen.resolve(it), project.resolve(it), StandardCopyOption.REPLACE_EXISTING) }
['minimal', 'gated-slots'].each { delete(project.resolve(it)) }
Files.move(project.resolve('gitignore'), project.resolve('.gitignore'))
project.resolve('mvnw').toFile().setExecutable(true, false)

"""What it is made of: images, documents, media, topics, skills, branding."""
